// Draws each figure's specification in its place. Where that fails, the drawing that is there stays, and a
// sentence says why.
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
  const draw = async (figure) => {
    const place = figure.querySelector(".live");
    place.hidden = false;
    try {
      if (typeof vegaEmbed !== "function") throw new Error("the chart library did not load");
      const specification = JSON.parse(figure.querySelector("script").textContent);
      // The interpreter needs no evaluation of strings, which the page's own policy forbids.
      await vegaEmbed(place, specification, { actions: false, renderer: "svg", ast: true, mode: "vega-lite" });
      figure.classList.add("is-live");
      state.drawn = ++drawn;
    } catch (error) {
      place.hidden = true;
      fail(figure, error.message);
    }
  };
  Promise.all(figures.map(draw)).then(() => { state.charts = "ready"; });
})();
