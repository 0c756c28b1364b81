"use strict";
// Draws the charts that hovering helps; all their numbers stand in tables as well. Text from the
// data goes nowhere but onto canvases and into labels, as text.
(() => {
  const charts = JSON.parse(document.getElementById("charts").textContent);
  const drawn = new Map();
  const color = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const short = (value) => Number(value.toPrecision(4)).toString();

  const dashes = [[], [6, 4], [2, 3], [9, 3, 2, 3]];

  // Intervals as lines through a point, forth and back.
  const whiskers = {
    id: "whiskers",
    afterDatasetsDraw(chart) {
      const { ctx, scales: { x, y }, chartArea: area } = chart;
      ctx.save();
      ctx.beginPath();
      ctx.rect(area.left, area.top, area.right - area.left, area.bottom - area.top);
      ctx.clip();
      ctx.lineWidth = 1.5;
      for (const set of chart.data.datasets) {
        for (const point of set.data) {
          ctx.strokeStyle = set.borderColor;
          ctx.beginPath();
          if (point.xs) {
            ctx.moveTo(x.getPixelForValue(point.xs[0]), y.getPixelForValue(point.y));
            ctx.lineTo(x.getPixelForValue(point.xs[1]), y.getPixelForValue(point.y));
          }
          if (point.ys) {
            ctx.moveTo(x.getPixelForValue(point.x), y.getPixelForValue(point.ys[0]));
            ctx.lineTo(x.getPixelForValue(point.x), y.getPixelForValue(point.ys[1]));
          }
          ctx.stroke();
        }
      }
      ctx.restore();
    },
  };

  // Vertical lines with a word: where replicas part, where a history changes.
  const marks = {
    id: "marks",
    afterDraw(chart, _, { list }) {
      const { ctx, scales: { x }, chartArea: area } = chart;
      ctx.save();
      ctx.font = "12px system-ui, sans-serif";
      ctx.strokeStyle = ctx.fillStyle = color("--faint");
      ctx.setLineDash([4, 3]);
      (list || []).forEach((mark, number) => {
        const at = Math.min(Math.max(x.getPixelForValue(mark.x), area.left), area.right);
        ctx.beginPath();
        ctx.moveTo(at, area.top);
        ctx.lineTo(at, area.bottom);
        ctx.stroke();
        const isRight = at > (area.left + area.right) / 2;
        ctx.textAlign = isRight ? "right" : "left";
        ctx.fillText(mark.text, at + (isRight ? -5 : 5), area.top + 12 + 15 * (number % 4));
      });
      ctx.restore();
    },
  };

  const axis = (text, isLog, range) => ({
    type: isLog ? "logarithmic" : "linear",
    title: { display: true, text, color: color("--faint") },
    grid: { color: color("--line"), drawBorder: false },
    ticks: { color: color("--faint"), maxTicksLimit: 8 },
    suggestedMin: range && range[0],
    suggestedMax: range && range[1],
  });

  const draw = (figure) => {
    if (drawn.has(figure) || !figure.offsetParent) return;
    const chart = charts[Number(figure.dataset.chart)];
    const isScatter = chart.kind === "scatter";
    const datasets = chart.series.map((series) => {
      const ink = color(`--c${series.color % 8}`);
      return {
        label: series.label,
        data: series.points,
        showLine: !isScatter,
        borderColor: ink,
        backgroundColor: ink,
        borderWidth: 1.5,
        // Where lines lie on each other, those with gaps are in front.
        borderDash: dashes[series.color % dashes.length],
        order: -series.color,
        pointRadius: isScatter ? 6 : series.points.length > 60 ? 0 : 2.5,
        pointHoverRadius: isScatter ? 8 : 5,
        pointHitRadius: 8,
      };
    });
    const names = new Set(chart.series.map((series) => series.label));
    drawn.set(figure, new Chart(figure.querySelector("canvas"), {
      type: "scatter",
      data: { datasets },
      plugins: [whiskers, marks],
      options: {
        animation: false,
        maintainAspectRatio: false,
        scales: {
          x: axis(chart.x, chart.log === "xy", chart.xs),
          y: axis(chart.y, Boolean(chart.log), chart.ys),
        },
        plugins: {
          marks: { list: chart.marks },
          legend: {
            display: names.size > 1,
            labels: {
              color: color("--ink"), boxWidth: 10, boxHeight: 10,
              // One entry for lines of one name.
              filter: (item, data) =>
                data.datasets.findIndex((set) => set.label === item.text) === item.datasetIndex,
            },
          },
          tooltip: {
            callbacks: {
              label: ({ dataset, raw }) =>
                [dataset.label, raw.text || `${chart.x} ${short(raw.x)}, ${chart.y} ${short(raw.y)}`],
            },
          },
        },
      },
    }));
  };

  const figures = [...document.querySelectorAll("figure[data-chart]")];
  for (const figure of figures) figure.hidden = false;
  const drawVisible = () => figures.forEach(draw);
  const redraw = () => {
    for (const chart of drawn.values()) chart.destroy();
    drawn.clear();
    drawVisible();
  };
  // A chart is made when its place is about to be seen: a page can have hundreds.
  const watcher = new IntersectionObserver(
    (entries) => entries.filter((entry) => entry.isIntersecting).forEach(({ target }) => draw(target)),
    { rootMargin: "400px" });
  figures.forEach((figure) => watcher.observe(figure));
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);

  let opened = [];
  addEventListener("beforeprint", () => {
    opened = [...document.querySelectorAll("details:not([open])")];
    for (const fold of opened) fold.open = true;
    drawVisible();
  });
  addEventListener("afterprint", () => opened.forEach((fold) => { fold.open = false; }));
})();
