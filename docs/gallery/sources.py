"""The works that the docstrings name, in full: authors and year are the key, as a docstring has them.

Chapters and pages are left to the docstrings, which give them where they matter.
"""

from typing import Final

SOURCES: Final = {
    "Anderson, Tesfaye and Meerschaert 2007": (
        "Fourier-PARMA models and their application to river flows. Journal of Hydrologic Engineering 12"
    ),
    "Barber, Candès, Ramdas and Tibshirani 2023": (
        "Conformal prediction beyond exchangeability. Annals of Statistics 51"
    ),
    "Bartlett 1937": (
        "Properties of sufficiency and statistical tests. Proceedings of the Royal Society of London A 160"
    ),
    "Bartlett 1946": (
        "On the theoretical specification and sampling properties of autocorrelated time-series. "
        "Supplement to the Journal of the Royal Statistical Society 8"
    ),
    "Batcher 1968": "Sorting networks and their applications. AFIPS Spring Joint Computer Conference 32",
    "Bollerslev 1986": (
        "Generalized autoregressive conditional heteroskedasticity. Journal of Econometrics 31"
    ),
    "Bollerslev and Wooldridge 1992": (
        "Quasi-maximum likelihood estimation and inference in dynamic models with time-varying "
        "covariances. Econometric Reviews 11"
    ),
    "Box and Cox 1964": "An analysis of transformations. Journal of the Royal Statistical Society B 26",
    "Box and Jenkins 1970": "Time Series Analysis: Forecasting and Control. Holden-Day",
    "Box and Pierce 1970": (
        "Distribution of residual autocorrelations in autoregressive-integrated moving average time "
        "series models. Journal of the American Statistical Association 65"
    ),
    "Bretthorst 1988": "Bayesian Spectrum Analysis and Parameter Estimation. Springer",
    "Brockwell and Davis 1991": "Time Series: Theory and Methods, 2nd edition. Springer",
    "Burnham and Anderson 2002": "Model Selection and Multimodel Inference, 2nd edition. Springer",
    "Coles 2001": "An Introduction to Statistical Modeling of Extreme Values. Springer",
    "Constant-volatility post": (
        "Network Traffic Modeling: Constant Volatility. A post on the trending of network traffic "
        "that models a day of the EPA's web server, of the Internet Traffic Archive"
    ),
    "Davies and Gather 1993": (
        "The identification of multiple outliers. Journal of the American Statistical Association 88"
    ),
    "Davison and Smith 1990": (
        "Models for exceedances over high thresholds. Journal of the Royal Statistical Society B 52"
    ),
    "Dehay and Hurd 1994": (
        "Representation and estimation for periodically and almost periodically correlated random "
        "processes. In Gardner (editor), Cyclostationarity in Communications and Signal Processing, "
        "IEEE Press"
    ),
    "Dietrich and Newsam 1997": (
        "Fast and exact simulation of stationary Gaussian processes through circulant embedding of the "
        "covariance matrix. SIAM Journal on Scientific Computing 18"
    ),
    "Durbin 1960": "The fitting of time-series models. Review of the International Statistical Institute 28",
    "Durbin and Koopman 2012": (
        "Time Series Analysis by State Space Methods, 2nd edition. Oxford University Press"
    ),
    "Engle 1982": (
        "Autoregressive conditional heteroscedasticity with estimates of the variance of United "
        "Kingdom inflation. Econometrica 50"
    ),
    "Fisher 1921": (
        "On the 'probable error' of a coefficient of correlation deduced from a small sample. Metron 1"
    ),
    "Fisher 1925": "Statistical Methods for Research Workers. Oliver and Boyd",
    "Freedman and Diaconis 1981": (
        "On the histogram as a density estimator: L2 theory. Zeitschrift für "
        "Wahrscheinlichkeitstheorie und verwandte Gebiete 57"
    ),
    "Gardner 1987": "Statistical Spectral Analysis: A Nonprobabilistic Theory. Prentice-Hall",
    "Glosten, Jagannathan and Runkle 1993": (
        "On the relation between the expected value and the volatility of the nominal excess return "
        "on stocks. Journal of Finance 48"
    ),
    "Goodman 1963": (
        "Statistical analysis based on a certain multivariate complex Gaussian distribution (an "
        "introduction). Annals of Mathematical Statistics 34"
    ),
    "Griffiths 1980": (
        "Interval estimation for the three-parameter lognormal distribution via the likelihood "
        "function. Applied Statistics 29"
    ),
    "Hampel 1974": (
        "The influence curve and its role in robust estimation. Journal of the American Statistical "
        "Association 69"
    ),
    "Hannan and Rissanen 1982": (
        "Recursive estimation of mixed autoregressive-moving average order. Biometrika 69"
    ),
    "Hill 1963": (
        "The three-parameter lognormal distribution and Bayesian analysis of a point-source epidemic. "
        "Journal of the American Statistical Association 58"
    ),
    "Hirsch, Slack and Smith 1982": (
        "Techniques of trend analysis for monthly water quality data. Water Resources Research 18"
    ),
    "Hobijn, Franses and Ooms 1998": (
        "Generalizations of the KPSS-test for stationarity. Econometric Institute report, Erasmus "
        "University Rotterdam"
    ),
    "Holm 1979": (
        "A simple sequentially rejective multiple test procedure. Scandinavian Journal of Statistics 6"
    ),
    "Hurd and Gerr 1991": (
        "Graphical methods for determining the presence of periodic correlation. Journal of Time "
        "Series Analysis 12"
    ),
    "Hurd and Miamee 2007": "Periodically Correlated Random Sequences: Spectral Theory and Practice. Wiley",
    "Hurvich and Tsai 1989": "Regression and time series model selection in small samples. Biometrika 76",
    "Hwang and Valls Pereira 2006": (
        "Small sample properties of GARCH estimates and persistence. European Journal of Finance 12"
    ),
    "Hyndman and Koehler 2006": (
        "Another look at measures of forecast accuracy. International Journal of Forecasting 22"
    ),
    "Jarque and Bera 1980": (
        "Efficient tests for normality, homoscedasticity and serial independence of regression "
        "residuals. Economics Letters 6"
    ),
    "Javorskyj, Isayev, Majewski and Yuzefovych 2010": (
        "Component covariance analysis for periodically correlated random processes. Signal Processing 90"
    ),
    "Javorskyj, Isayev, Zakrzewski and Brooks 2007": (
        "Coherent covariance analysis for periodically correlated random processes. Signal Processing 87"
    ),
    "Jones and Brelsford 1967": "Time series with periodic structure. Biometrika 54",
    "Khvostivskyi et al. 2021": (
        "M. Khvostivskyy, H. Osukhivska, L. Khvostivska, T. Lobur, D. Velychko, S. Lupenko and T. "
        "Hovorushchenko: Mathematical modelling of daily computer network traffic. ITTAP'2021, "
        "Ternopil, CEUR Workshop Proceedings"
    ),
    "Koenker and Bassett 1978": "Regression quantiles. Econometrica 46",
    "Kwiatkowski, Phillips, Schmidt and Shin 1992": (
        "Testing the null hypothesis of stationarity against the alternative of a unit root. Journal "
        "of Econometrics 54"
    ),
    "Lazarus, Lewis, Stock and Watson 2018": (
        "HAR inference: recommendations for practice. Journal of Business and Economic Statistics 36"
    ),
    "Lei, G'Sell, Rinaldo, Tibshirani and Wasserman 2018": (
        "Distribution-free predictive inference for regression. Journal of the American Statistical "
        "Association 113"
    ),
    "Lilliefors 1967": (
        "On the Kolmogorov-Smirnov test for normality with mean and variance unknown. Journal of the "
        "American Statistical Association 62"
    ),
    "Ljung and Box 1978": "On a measure of lack of fit in time series models. Biometrika 65",
    "MacKinnon 1994": (
        "Approximate asymptotic distribution functions for unit-root and cointegration tests. Journal "
        "of Business and Economic Statistics 12"
    ),
    "McLeod 1978": (
        "On the distribution of residual autocorrelations in Box-Jenkins models. Journal of the Royal "
        "Statistical Society B 40"
    ),
    "McLeod 1994": (
        "Diagnostic checking of periodic autoregression models with application. Journal of Time "
        "Series Analysis 15"
    ),
    "Monahan 1984": "A note on enforcing stationarity in autoregressive-moving average models. Biometrika 71",
    "Nelson 1991": "Conditional heteroskedasticity in asset returns: a new approach. Econometrica 59",
    "Pagano 1978": "On periodic and multiple autoregressions. Annals of Statistics 6",
    "Politis and Romano 1992": (
        "A circular block-resampling procedure for stationary data. In LePage and Billard (editors), "
        "Exploring the Limits of Bootstrap, Wiley"
    ),
    "Quinn and Thomson 1991": "Estimating the frequency of a periodic function. Biometrika 78",
    "Said and Dickey 1984": (
        "Testing for unit roots in autoregressive-moving average models of unknown order. Biometrika 71"
    ),
    "Sakai 1982": (
        "Circular lattice filtering using Pagano's method. IEEE Transactions on Acoustics, Speech and "
        "Signal Processing 30"
    ),
    "Schwarz 1978": "Estimating the dimension of a model. Annals of Statistics 6",
    "Sen 1968": (
        "Estimates of the regression coefficient based on Kendall's tau. Journal of the American "
        "Statistical Association 63"
    ),
    "Silverman 1986": "Density Estimation for Statistics and Data Analysis. Chapman and Hall",
    "Smith 1985": "Maximum likelihood estimation in a class of nonregular cases. Biometrika 72",
    "Taylor 2003": (
        "Short-term electricity demand forecasting using double seasonal exponential smoothing. Journal "
        "of the Operational Research Society 54"
    ),
    "Theil 1950": (
        "A rank-invariant method of linear and polynomial regression analysis. Proceedings of the "
        "Koninklijke Nederlandse Akademie van Wetenschappen 53"
    ),
    "Tukey 1977": "Exploratory Data Analysis. Addison-Wesley",
    "Varga 1997": (
        "Periodic Lyapunov equations: some applications and new algorithms. International Journal of "
        "Control 67"
    ),
    "Vecchia 1985": (
        "Maximum likelihood estimation for periodic autoregressive moving average models. Technometrics 27"
    ),
    "Viterbi 1967": (
        "Error bounds for convolutional codes and an asymptotically optimum decoding algorithm. IEEE "
        "Transactions on Information Theory 13"
    ),
    "Vovk 1990": (
        "Aggregating strategies. Proceedings of the Third Annual Workshop on Computational Learning "
        "Theory, Morgan Kaufmann"
    ),
    "Vovk, Gammerman and Shafer 2005": "Algorithmic Learning in a Random World. Springer",
    "Wald and Wolfowitz 1940": (
        "On a test whether two samples are from the same population. Annals of Mathematical Statistics 11"
    ),
    "Wand 1994": (
        "Fast computation of multivariate kernel estimators. Journal of Computational and Graphical "
        "Statistics 3"
    ),
}


def key_of(citation: str) -> str | None:
    """Key of the work that a citation names.

    Parameters
    ----------
    citation : str
        Authors and year; the first author and "et al." will do.

    Returns
    -------
    str or None
        None where no such work stands here, or "et al." could be more than one.
    """
    if citation in SOURCES:
        return citation
    first, _, year = citation.partition(" et al. ")
    found = [key for key in SOURCES if year and key.startswith(f"{first},") and key.endswith(f" {year}")]
    return found[0] if len(found) == 1 else None
