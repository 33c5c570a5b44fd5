# Reference values of the constant-volatility chain, by R and its package tseries.
#
# Run in this folder:  Rscript epa_differences.R
#
# Reads epa_windows.csv: the bytes of the 717 two-minute windows of 30 August 1995 (New York time) in the
# EPA-HTTP log of the Internet Traffic Archive, as they are and clipped at Tukey's upper fence.
# Writes epa_differences.json. Debian packages: r-base-core, r-cran-tseries, r-cran-jsonlite.
suppressMessages({library(tseries); library(jsonlite)})
options(warn = -1)  # adf.test and kpss.test warn where a p-value lies beyond their table

windows <- read.csv("epa_windows.csv")
clean <- windows$value_clean
x <- diff(clean)

# A scale of 1e5 bytes: optim's relative steps suit coefficients of one size.
fit <- arima(clean / 1e5, order = c(2, 1, 1), method = "ML",
             optim.control = list(reltol = 1e-14, maxit = 1000))
left <- residuals(fit)[-1]
tested <- function(t) list(statistic = unname(t$statistic), p_value = t$p.value)
adf <- function(v, k) tested(adf.test(v, k = k))
kpss <- function(v) tested(kpss.test(v, null = "Level"))
theory <- list(ar = c(0.3, 0.4), ma = c(0.6, -0.2), lags = 12)
lognormal <- function(v, shift) {
  logs <- log(v - shift)
  spread <- sqrt(mean((logs - mean(logs))^2))
  sum(dlnorm(v - shift, mean(logs), spread, log = TRUE))
}

found <- list(
  source = paste(R.version.string, "stats; tseries", packageVersion("tseries")),
  acf = acf(x, lag.max = 30, plot = FALSE)$acf[-1],
  pacf = as.vector(pacf(x, lag.max = 30, plot = FALSE)$acf),
  arima = list(coef = as.list(coef(fit)), std_error = as.list(sqrt(diag(fit$var.coef))),
               sigma2 = fit$sigma2 * 1e10, loglik = fit$loglik - length(x) * log(1e5)),
  box_pierce = tested(Box.test(left, lag = 24, type = "Box-Pierce", fitdf = 3)),
  ljung_box = tested(Box.test(left, lag = 24, type = "Ljung-Box", fitdf = 3)),
  jarque_bera = tested(jarque.bera.test(left)),
  runs = tested(runs.test(factor(x >= median(x)))),
  adf = list(clean = adf(clean, 8), differenced = adf(x, 8)),
  kpss = list(clean = kpss(clean), differenced = kpss(x)),
  theory = c(theory, list(
    acf = unname(ARMAacf(theory$ar, theory$ma, theory$lags))[-1],
    pacf = ARMAacf(theory$ar, theory$ma, theory$lags, pacf = TRUE),
    psi = ARMAtoMA(theory$ar, theory$ma, theory$lags))),
  normal_loglik = sum(dnorm(x, mean(x), sqrt(mean((x - mean(x))^2)), log = TRUE)),
  lognormal_loglik = list(shift = -3e6, loglik = lognormal(x, -3e6)),
  residuals = left * 1e5
)
write(toJSON(found, digits = NA, auto_unbox = TRUE, pretty = TRUE), "epa_differences.json")
