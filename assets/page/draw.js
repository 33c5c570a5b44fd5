// Draws each figure's specification in its place, a lazy one when it comes into view. Where that fails, the
// drawing that is there stays, and a sentence says why. What is folded opens for print.
(() => {
  const figures = [...document.querySelectorAll("figure[data-chart]")];
  const state = document.documentElement.dataset;
  let drawn = 0;
  const fail = (figure, error) => {
    const note = document.createElement("p");
    note.className = "fault";
    note.textContent = `Shown as a still drawing: ${error}`;
    figure.append(note);
    state.faults = Number(state.faults || 0) + 1;
  };
  // Rows that were written column by column, to save bytes.
  const rowsOf = ({ columns }) => {
    const names = Object.keys(columns);
    return columns[names[0]].map((_, row) => Object.fromEntries(names.map((name) => [name, columns[name][row]])));
  };
  const draw = async (figure) => {
    const place = figure.querySelector(".live");
    place.hidden = false;
    try {
      if (typeof vegaEmbed !== "function") throw new Error("the chart library did not load");
      const specification = JSON.parse(figure.querySelector("script").textContent);
      for (const [name, rows] of Object.entries(specification.datasets || {})) {
        if (rows.columns) specification.datasets[name] = rowsOf(rows);
      }
      // Those that a page has many of leave what they share to the script.
      const fluid = { width: "container", autosize: { type: "fit-x", contains: "padding" }, config: sharedConfig() };
      const whole = specification.config ? specification : { ...fluid, ...specification };
      // The interpreter needs no evaluation of strings, which the page's own policy forbids.
      // In a part of its own: it would make of the place, which is one picture, a document of a thousand marks.
      const inner = place.appendChild(document.createElement("div"));
      await vegaEmbed(inner, whole, { actions: false, renderer: "svg", ast: true, mode: "vega-lite" });
      figure.classList.add("is-live");
      state.drawn = ++drawn;
    } catch (error) {
      place.hidden = true;
      fail(figure, error.message);
    }
  };
  const sharedConfig = () => JSON.parse(document.getElementById("chart-config").textContent);
  const isLazy = (figure) => figure.dataset.chart === "lazy";
  const seen = new IntersectionObserver((entries) => {
    for (const entry of entries.filter((one) => one.isIntersecting)) {
      seen.unobserve(entry.target);
      draw(entry.target);
    }
  }, { rootMargin: "300px" });
  figures.filter(isLazy).forEach((figure) => seen.observe(figure));
  Promise.all(figures.filter((figure) => !isLazy(figure)).map(draw)).then(() => { state.charts = "ready"; });

  let opened = [];
  addEventListener("beforeprint", () => {
    opened = [...document.querySelectorAll("details:not([open])")];
    opened.forEach((part) => { part.open = true; });
  });
  addEventListener("afterprint", () => { opened.forEach((part) => { part.open = false; }); });
})();
