-- The constant-volatility chain in tables: tests by stage, candidates, effects of outlier rules, theory beside the sample.
ALTER TABLE diagnostics.autocorrelation ADD COLUMN theoretical_acf DOUBLE;
ALTER TABLE diagnostics.autocorrelation ADD COLUMN theoretical_pacf DOUBLE;
ALTER TABLE diagnostics.autocorrelation ADD COLUMN fitted_model VARCHAR;
ALTER TABLE diagnostics.residual_histogram ADD COLUMN t_density DOUBLE;
COMMENT ON COLUMN diagnostics.autocorrelation.theoretical_acf IS
    'Autocorrelation that the coefficients of fitted_model imply at this lag, -1 to 1; null at the residual stage, and where no model has this stage.';
COMMENT ON COLUMN diagnostics.autocorrelation.theoretical_pacf IS
    'Partial autocorrelation that the coefficients of fitted_model imply at this lag, -1 to 1; null as theoretical_acf.';
COMMENT ON COLUMN diagnostics.autocorrelation.fitted_model IS
    'Model that the stage is seen with: at the residual stage the one that leaves these residuals (selected), else the one whose theoretical correlations stand beside (selected, or reference where the selected one takes no difference); null where there is none.';
COMMENT ON COLUMN diagnostics.autocorrelation.stage IS
    'clean (value_clean), differenced, or residual (of the selected model).';
COMMENT ON COLUMN diagnostics.autocorrelation.band_95 IS
    'Half width of the 95 % band about zero, a pure number: of a series without correlation, and at the residual stage of residuals of the true order (Box and Pierce), which is narrower at the first lags.';
COMMENT ON COLUMN diagnostics.residual_histogram.t_density IS
    'Density of the fitted t distribution in the middle of the bin, per unit of the series.';
COMMENT ON COLUMN diagnostics.residual_tests.test IS
    'ljung_box, jarque_bera, arch_lm, runs; lognormal (Lilliefors of the logarithms above the fitted shift, beside the laws compared by AIC).';
COMMENT ON COLUMN models.constant_volatility.reason IS
    'Sentence that says why the status is not ok; of a selected model, why it takes its differences; null elsewhere.';
COMMENT ON COLUMN models.coefficients.model IS
    'Model that it belongs to: reference, selected, variable_volatility.';
COMMENT ON COLUMN models.coefficients.name IS
    'Coefficient: const, ar.L1, ma.L1, sigma2, and so on; of variable_volatility omega, alpha[1], gamma[1], beta[1] and scale.';
COMMENT ON COLUMN models.coefficients.estimate IS
    'Estimate; a pure number, except const and scale, in the unit of the series, and sigma2, in its square. omega to beta[1] are of the residuals of the selected model divided by scale.';

CREATE TABLE diagnostics.stationarity_tests (
    series_id      VARCHAR NOT NULL,
    issued_at_utc  TIMESTAMP NOT NULL,
    stage          VARCHAR NOT NULL,
    test           VARCHAR NOT NULL,
    statistic      DOUBLE,
    p_value        DOUBLE,
    critical_value DOUBLE,
    n_lags         INTEGER,
    is_rejected    BOOLEAN NOT NULL,
    verdict        VARCHAR NOT NULL,
    PRIMARY KEY (series_id, issued_at_utc, stage, test),
    CHECK (stage IN ('clean', 'differenced')),
    CHECK (test IN ('adf', 'kpss'))
);

COMMENT ON TABLE diagnostics.stationarity_tests IS
    'One row per series, night, stage and test; only the clean stage decides on the difference.';
COMMENT ON COLUMN diagnostics.stationarity_tests.series_id IS
    'Series, <source>/<label>.';
COMMENT ON COLUMN diagnostics.stationarity_tests.issued_at_utc IS
    'Midnight of the platform, in UTC, whose past the night knew.';
COMMENT ON COLUMN diagnostics.stationarity_tests.stage IS
    'clean (value_clean) or differenced.';
COMMENT ON COLUMN diagnostics.stationarity_tests.test IS
    'adf (null hypothesis: a unit root) or kpss (null hypothesis: stationary about a level).';
COMMENT ON COLUMN diagnostics.stationarity_tests.statistic IS
    'Statistic of the test; a pure number, null where it could not be made.';
COMMENT ON COLUMN diagnostics.stationarity_tests.p_value IS
    'p-value, 0 to 1; the table of KPSS ends at 0.01 and 0.1, and a p-value beyond is given as that end.';
COMMENT ON COLUMN diagnostics.stationarity_tests.critical_value IS
    'Critical value of the statistic at 5 %: ADF rejects below it, KPSS above it; a pure number.';
COMMENT ON COLUMN diagnostics.stationarity_tests.n_lags IS
    'Lagged differences in the regression of ADF, or lags of the long-run variance of KPSS, in steps.';
COMMENT ON COLUMN diagnostics.stationarity_tests.is_rejected IS
    'Whether the null hypothesis is rejected at 5 %; false also where the test could not be made.';
COMMENT ON COLUMN diagnostics.stationarity_tests.verdict IS
    'What it means, in a sentence.';

CREATE TABLE diagnostics.outlier_effects (
    series_id        VARCHAR NOT NULL,
    issued_at_utc    TIMESTAMP NOT NULL,
    rule             VARCHAR NOT NULL,
    handling         VARCHAR NOT NULL,
    n_outliers       BIGINT,
    share            DOUBLE,
    lower_least      DOUBLE,
    lower_most       DOUBLE,
    upper_least      DOUBLE,
    upper_most       DOUBLE,
    ar_l1            DOUBLE,
    ar_l1_std_error  DOUBLE,
    ar_l2            DOUBLE,
    ar_l2_std_error  DOUBLE,
    ma_l1            DOUBLE,
    ma_l1_std_error  DOUBLE,
    sigma2           DOUBLE,
    sigma2_std_error DOUBLE,
    converged        BOOLEAN,
    reason           VARCHAR,
    PRIMARY KEY (series_id, issued_at_utc, rule, handling),
    CHECK (handling IN ('clipped', 'removed')),
    CHECK (n_outliers >= 0),
    CHECK (converged IS NOT NULL OR reason IS NOT NULL)
);

COMMENT ON TABLE diagnostics.outlier_effects IS
    'One row per series, night, rule and handling: ARMA(2,1) on the first difference, fitted to what the rule leaves of the values measured.';
COMMENT ON COLUMN diagnostics.outlier_effects.series_id IS
    'Series, <source>/<label>.';
COMMENT ON COLUMN diagnostics.outlier_effects.issued_at_utc IS
    'Midnight of the platform, in UTC, whose past the night knew.';
COMMENT ON COLUMN diagnostics.outlier_effects.rule IS
    'none; tukey_1.5, tukey_3 (fences, in interquartile ranges); hampel_3, hampel_6 (about the median, in robust standard deviations); hampel_slot (6 about the median of the slot of the day); quantile_99 (the highest hundredth).';
COMMENT ON COLUMN diagnostics.outlier_effects.handling IS
    'clipped (brought to the limit of the rule) or removed (taken as missing).';
COMMENT ON COLUMN diagnostics.outlier_effects.n_outliers IS
    'Outliers among the eight weeks before the night, in points.';
COMMENT ON COLUMN diagnostics.outlier_effects.share IS
    'n_outliers over the values observed, 0 to 1; null where none is observed.';
COMMENT ON COLUMN diagnostics.outlier_effects.lower_least IS
    'Least lower limit over time, in the unit of the series; null where there is none.';
COMMENT ON COLUMN diagnostics.outlier_effects.lower_most IS
    'Largest lower limit over time, in the unit of the series; null where there is none.';
COMMENT ON COLUMN diagnostics.outlier_effects.upper_least IS
    'Least upper limit over time, in the unit of the series; null where there is none.';
COMMENT ON COLUMN diagnostics.outlier_effects.upper_most IS
    'Largest upper limit over time, in the unit of the series; null where there is none.';
COMMENT ON COLUMN diagnostics.outlier_effects.ar_l1 IS
    'Autoregressive coefficient of lag 1, a pure number; null where nothing could be fitted.';
COMMENT ON COLUMN diagnostics.outlier_effects.ar_l1_std_error IS
    'Standard error of ar_l1, a pure number.';
COMMENT ON COLUMN diagnostics.outlier_effects.ar_l2 IS
    'Autoregressive coefficient of lag 2, a pure number; null where nothing could be fitted.';
COMMENT ON COLUMN diagnostics.outlier_effects.ar_l2_std_error IS
    'Standard error of ar_l2, a pure number.';
COMMENT ON COLUMN diagnostics.outlier_effects.ma_l1 IS
    'Moving-average coefficient of lag 1, a pure number; null where nothing could be fitted.';
COMMENT ON COLUMN diagnostics.outlier_effects.ma_l1_std_error IS
    'Standard error of ma_l1, a pure number.';
COMMENT ON COLUMN diagnostics.outlier_effects.sigma2 IS
    'Variance of the innovations, in the unit of the series, squared.';
COMMENT ON COLUMN diagnostics.outlier_effects.sigma2_std_error IS
    'Standard error of sigma2, in the unit of the series, squared.';
COMMENT ON COLUMN diagnostics.outlier_effects.converged IS
    'Whether the optimiser met its own test of convergence; null where nothing was fitted.';
COMMENT ON COLUMN diagnostics.outlier_effects.reason IS
    'Sentence that says why nothing was fitted; null where something was.';

CREATE TABLE models.order_candidates (
    series_id     VARCHAR NOT NULL,
    issued_at_utc TIMESTAMP NOT NULL,
    p             SMALLINT NOT NULL,
    d             SMALLINT NOT NULL,
    q             SMALLINT NOT NULL,
    sigma2        DOUBLE,
    aicc          DOUBLE,
    delta_aicc    DOUBLE,
    is_admissible BOOLEAN NOT NULL,
    is_selected   BOOLEAN NOT NULL,
    PRIMARY KEY (series_id, issued_at_utc, p, d, q),
    CHECK (p >= 0 AND d IN (0, 1) AND q >= 0)
);

COMMENT ON TABLE models.order_candidates IS
    'One row per series, night and order of the grid; the selected order is then fitted by exact likelihood (models.constant_volatility).';
COMMENT ON COLUMN models.order_candidates.series_id IS
    'Series, <source>/<label>.';
COMMENT ON COLUMN models.order_candidates.issued_at_utc IS
    'Midnight of the platform, in UTC, whose past the night knew.';
COMMENT ON COLUMN models.order_candidates.p IS
    'Autoregressive order, in steps.';
COMMENT ON COLUMN models.order_candidates.d IS
    'Number of differences taken, the same for all orders of a night: tests decide it (diagnostics.stationarity_tests).';
COMMENT ON COLUMN models.order_candidates.q IS
    'Moving-average order, in steps.';
COMMENT ON COLUMN models.order_candidates.sigma2 IS
    'Variance of the innovations by conditional least squares, in the unit of the series, squared.';
COMMENT ON COLUMN models.order_candidates.aicc IS
    'Akaike criterion of the conditional likelihood, corrected for small samples; compares only orders of the same series and night.';
COMMENT ON COLUMN models.order_candidates.delta_aicc IS
    'How far the criterion aicc lies above that of the selected order; below zero where an order that is not admissible would fit better.';
COMMENT ON COLUMN models.order_candidates.is_admissible IS
    'Whether every root lies clear of the unit circle; no other order is selected.';
COMMENT ON COLUMN models.order_candidates.is_selected IS
    'Whether this is the selected order: the least aicc among the admissible.';

CREATE TABLE models.variable_volatility (
    series_id         VARCHAR NOT NULL,
    issued_at_utc     TIMESTAMP NOT NULL,
    status            VARCHAR NOT NULL,
    reason            VARCHAR NOT NULL,
    volatility        VARCHAR,
    persistence       DOUBLE,
    arch_lm_statistic DOUBLE,
    arch_lm_p_value   DOUBLE,
    PRIMARY KEY (series_id, issued_at_utc),
    CHECK (status IN ('ok', 'constant', 'not_tested', 'too_short', 'not_converged', 'failed')),
    CHECK ((status = 'ok') = (volatility IS NOT NULL)),
    CHECK (volatility IN ('garch', 'egarch', 'gjr'))
);

COMMENT ON TABLE models.variable_volatility IS
    'One row per series and night: the choice among GARCH, EGARCH and GJR, or why none was made. The coefficients stand in models.coefficients and the forecasts in forecasts.points, both under the model variable_volatility.';
COMMENT ON COLUMN models.variable_volatility.series_id IS
    'Series, <source>/<label>.';
COMMENT ON COLUMN models.variable_volatility.issued_at_utc IS
    'Midnight of the platform, in UTC, whose past the night knew.';
COMMENT ON COLUMN models.variable_volatility.status IS
    'ok (a variable volatility was chosen), constant (a constant one serves), not_tested, too_short, not_converged or failed.';
COMMENT ON COLUMN models.variable_volatility.reason IS
    'The same in a sentence.';
COMMENT ON COLUMN models.variable_volatility.volatility IS
    'Model of the variance that was chosen: garch, egarch or gjr; null where none was.';
COMMENT ON COLUMN models.variable_volatility.persistence IS
    'Share of a shock to the variance (egarch: to its logarithm) that is left after one step; null where none was chosen.';
COMMENT ON COLUMN models.variable_volatility.arch_lm_statistic IS
    'Statistic of ARCH-LM on the residuals of the selected model; a pure number, null where it was not tested.';
COMMENT ON COLUMN models.variable_volatility.arch_lm_p_value IS
    'p-value of ARCH-LM, 0 to 1 (null hypothesis: a constant volatility); null where it was not tested.';

CREATE TABLE models.volatility_candidates (
    series_id     VARCHAR NOT NULL,
    issued_at_utc TIMESTAMP NOT NULL,
    volatility    VARCHAR NOT NULL,
    loglik        DOUBLE,
    bic           DOUBLE,
    persistence   DOUBLE,
    converged     BOOLEAN NOT NULL,
    is_selected   BOOLEAN NOT NULL,
    PRIMARY KEY (series_id, issued_at_utc, volatility),
    CHECK (volatility IN ('constant', 'garch', 'egarch', 'gjr'))
);

COMMENT ON TABLE models.volatility_candidates IS
    'One row per series, night and model of the variance; none where nothing was fitted (models.variable_volatility says why).';
COMMENT ON COLUMN models.volatility_candidates.series_id IS
    'Series, <source>/<label>.';
COMMENT ON COLUMN models.volatility_candidates.issued_at_utc IS
    'Midnight of the platform, in UTC, whose past the night knew.';
COMMENT ON COLUMN models.volatility_candidates.volatility IS
    'constant, garch (GARCH(1,1)), egarch (EGARCH(1,1,1)) or gjr (GJR-GARCH(1,1,1)).';
COMMENT ON COLUMN models.volatility_candidates.loglik IS
    'Gaussian log-likelihood of the residuals, in nats; null where the search failed.';
COMMENT ON COLUMN models.volatility_candidates.bic IS
    'Bayesian criterion of it; the least among those that converged is chosen, if it is below that of constant.';
COMMENT ON COLUMN models.volatility_candidates.persistence IS
    'Share of a shock to the variance (egarch: to its logarithm) that is left after one step; 0 for constant.';
COMMENT ON COLUMN models.volatility_candidates.converged IS
    'Whether the search ended by its tolerance, at finite values.';
COMMENT ON COLUMN models.volatility_candidates.is_selected IS
    'Whether this is the model that was chosen.';

-- Diagnostics that no night filled yet lose their index (decision 1): DuckDB 1.5 cannot drop a key alone.

DROP TABLE diagnostics.ensemble_correlation;
CREATE TABLE diagnostics.ensemble_correlation (
    series_id     VARCHAR NOT NULL,
    issued_at_utc TIMESTAMP NOT NULL,
    slot          INTEGER NOT NULL,
    lag           INTEGER NOT NULL,
    covariance    DOUBLE,
    correlation   DOUBLE,
    CHECK (slot >= 0)
);

COMMENT ON TABLE diagnostics.ensemble_correlation IS
    'One row per series, night, slot and lag: covariance and correlation over the cycles, after removing the periodic mean. Lags 1 to 12, a day, two days and a week. Key: (series_id, issued_at_utc, slot, lag), kept by the writer; not indexed, because an index makes loading many times as slow.';

COMMENT ON COLUMN diagnostics.ensemble_correlation.series_id IS
    'Series, <source>/<label>.';
COMMENT ON COLUMN diagnostics.ensemble_correlation.issued_at_utc IS
    'Midnight of the platform, in UTC, whose past the night knew.';
COMMENT ON COLUMN diagnostics.ensemble_correlation.slot IS
    'Slot t of the day, counted from 0, in steps.';
COMMENT ON COLUMN diagnostics.ensemble_correlation.lag IS
    'Lag u, in steps.';
COMMENT ON COLUMN diagnostics.ensemble_correlation.covariance IS
    'Covariance of the values at t and t + u, in the unit of the series, squared.';
COMMENT ON COLUMN diagnostics.ensemble_correlation.correlation IS
    'The same over the standard deviations at t and t + u, -1 to 1.';

DROP TABLE diagnostics.continuous_correlation;
CREATE TABLE diagnostics.continuous_correlation (
    series_id     VARCHAR NOT NULL,
    issued_at_utc TIMESTAMP NOT NULL,
    centring      VARCHAR NOT NULL,
    lag           INTEGER NOT NULL,
    covariance    DOUBLE,
    correlation   DOUBLE,
    CHECK (centring IN ('grand', 'periodic')),
    CHECK (lag >= 0)
);

COMMENT ON TABLE diagnostics.continuous_correlation IS
    'One row per series, night, centring and lag: every lag to eight days, or every second, third, ... of them, so that they are fewer than 2,000. Key: (series_id, issued_at_utc, centring, lag), kept by the writer; not indexed, because an index makes loading many times as slow.';

COMMENT ON COLUMN diagnostics.continuous_correlation.series_id IS
    'Series, <source>/<label>.';
COMMENT ON COLUMN diagnostics.continuous_correlation.issued_at_utc IS
    'Midnight of the platform, in UTC, whose past the night knew.';
COMMENT ON COLUMN diagnostics.continuous_correlation.centring IS
    'grand (the mean of the record is removed) or periodic (the mean of each slot is).';
COMMENT ON COLUMN diagnostics.continuous_correlation.lag IS
    'Lag u, in steps.';
COMMENT ON COLUMN diagnostics.continuous_correlation.covariance IS
    'Covariance at the lag, in the unit of the series, squared.';
COMMENT ON COLUMN diagnostics.continuous_correlation.correlation IS
    'The same over the variance, -1 to 1.';

DROP TABLE models.periodic_components;
CREATE TABLE models.periodic_components (
    series_id     VARCHAR NOT NULL,
    issued_at_utc TIMESTAMP NOT NULL,
    method        VARCHAR NOT NULL,
    moment        VARCHAR NOT NULL,
    k             INTEGER NOT NULL,
    lag           INTEGER NOT NULL,
    re            DOUBLE,
    im            DOUBLE,
    p_value       DOUBLE,
    CHECK (method IN ('synphase', 'component', 'filter', 'least_squares')),
    CHECK (moment IN ('mean', 'covariance')),
    CHECK (moment <> 'mean' OR lag = 0)
);

COMMENT ON TABLE models.periodic_components IS
    'One row per series, night, method, moment, component and lag: a complex Fourier coefficient of the periodic mean or covariance. The filter method has no row where the clock changed within the record. Key: (series_id, issued_at_utc, method, moment, k, lag), kept by the writer; not indexed, because an index makes loading many times as slow.';

COMMENT ON COLUMN models.periodic_components.series_id IS
    'Series, <source>/<label>.';
COMMENT ON COLUMN models.periodic_components.issued_at_utc IS
    'Midnight of the platform, in UTC, whose past the night knew.';
COMMENT ON COLUMN models.periodic_components.method IS
    'synphase, component, filter or least_squares.';
COMMENT ON COLUMN models.periodic_components.moment IS
    'mean (m_k) or covariance (B_k at a lag).';
COMMENT ON COLUMN models.periodic_components.k IS
    'Number of the component: its frequency in cycles a period.';
COMMENT ON COLUMN models.periodic_components.lag IS
    'Lag u of the covariance, in steps; 0 for the mean.';
COMMENT ON COLUMN models.periodic_components.re IS
    'Real part, in the unit of the series; squared for the covariance.';
COMMENT ON COLUMN models.periodic_components.im IS
    'Imaginary part, in the unit of the series; squared for the covariance.';
COMMENT ON COLUMN models.periodic_components.p_value IS
    'p-value of the test that the component is zero, 0 to 1; null when not tested.';

COMMENT ON COLUMN models.periodic.transform IS
    'Scale on which the model works: identity, sqrt or log.';

ALTER TABLE models.periodic ADD COLUMN period_lower_95 DOUBLE;
ALTER TABLE models.periodic ADD COLUMN period_upper_95 DOUBLE;
ALTER TABLE models.periodic ADD COLUMN period_verdict VARCHAR;
COMMENT ON COLUMN models.periodic.period_lower_95 IS
    'Lower end of the 95 % interval of estimated_period_steps, in steps.';
COMMENT ON COLUMN models.periodic.period_upper_95 IS
    'Upper end of the 95 % interval of estimated_period_steps, in steps.';
COMMENT ON COLUMN models.periodic.period_verdict IS
    'Whether the day is as long as the stated step makes it: agrees, clock_drift, step_wrong, samples_dropped, clock_change, no_daily_period or too_short; diagnostics.periodicity_tests says it in a sentence (test period).';

ALTER TABLE diagnostics.daily_peaks ADD COLUMN is_unusual BOOLEAN;
ALTER TABLE diagnostics.daily_peaks ADD COLUMN reason VARCHAR;
COMMENT ON COLUMN diagnostics.daily_peaks.is_unusual IS
    'Whether phase, level or shape of the day are unlike those of the same days of other weeks; false also where the day was not judged.';
COMMENT ON COLUMN diagnostics.daily_peaks.reason IS
    'Sentence that says what is unusual about the day; null where nothing is.';

COMMENT ON COLUMN diagnostics.periodicity_tests.test IS
    'mean_by_slot, variance_by_slot (assuming independent normal values) and the same with _bootstrap (assuming neither); mean_harmonics; zero_correlation and equal_correlation of successive values; spectral_coherence (Hurd and Gerr); period (whether the day is as long as the stated step makes it); phase_drift and peak_drift (whether the day comes later from day to day).';
COMMENT ON COLUMN diagnostics.periodicity_tests.statistic IS
    'Statistic of the test, a pure number; of period the length of the day that was found, in steps; of phase_drift and peak_drift minutes a day, positive = later.';
COMMENT ON COLUMN diagnostics.periodicity_tests.p_value IS
    'p-value, 0 to 1: small speaks for periodicity; null for period and the drifts, and where the test could not be made.';
COMMENT ON COLUMN models.periodic.n_harmonics_mean IS
    'Highest harmonic of the periodic mean that the F test keeps, in harmonics; null where none was tested.';
COMMENT ON COLUMN models.periodic.n_harmonics_covariance IS
    'Highest harmonic of the periodic covariance that the F test keeps, in harmonics; null where none was tested.';
