// The throughput chart: records a second as an area, bytes a second as a line, over the last five minutes.

import uPlot from "/webjars/uplot/1.6.30/dist/uPlot.esm.js";
import { bytes, compact, rate, byteRate } from "/console/format.js";

const HEIGHT = 168;
const SPAN_SECONDS = 300;

/** A colour of the style sheet as the canvas wants it, in the scheme that is shown. */
function colour(host, variable) {
  const probe = document.createElement("span");
  probe.style.color = `var(${variable})`;
  host.append(probe);
  const value = getComputedStyle(probe).color;
  probe.remove();
  return value;
}

function fade(rgb, alpha) {
  return rgb.replace(/^rgb\((.*)\)$/, `rgba($1, ${alpha})`);
}

function axis(host, scale, side, values) {
  const line = colour(host, "--line");
  return {
    scale,
    side,
    stroke: colour(host, "--muted"),
    font: "11px system-ui, sans-serif",
    size: side === 2 ? 28 : 54,
    space: side === 2 ? 70 : 36,
    grid: { show: side !== 1, stroke: line, width: 1 },
    ticks: { show: false },
    values,
  };
}

function options(host, width) {
  const first = colour(host, "--series-1");
  const second = colour(host, "--series-2");
  const positive = (self, min, max) => [0, max > 0 ? max * 1.15 : 1];
  const span = (self, min, max) => [max - SPAN_SECONDS, max];
  const clock = { hour: "2-digit", minute: "2-digit" };
  return {
    width,
    height: HEIGHT,
    padding: [8, 0, 0, 0],
    cursor: { y: false, points: { size: 6 }, drag: { x: false, y: false } },
    legend: { live: true },
    scales: { x: { time: true, range: span }, records: { range: positive }, bytes: { range: positive } },
    axes: [
      axis(host, "x", 2, (self, at) => at.map((s) => new Date(s * 1000).toLocaleTimeString([], clock))),
      axis(host, "records", 3, (self, at) => at.map((n) => (Number.isInteger(n) ? compact(n) : ""))),
      axis(host, "bytes", 1, (self, at) => at.map((n) => bytes(n))),
    ],
    series: [
      { label: "Time", value: (self, s) => (s ? new Date(s * 1000).toLocaleTimeString() : "now") },
      {
        label: "Records",
        scale: "records",
        stroke: first,
        fill: fade(first, 0.13),
        width: 1.5,
        points: { show: false },
        value: (self, v) => rate(v),
      },
      {
        label: "Bytes",
        scale: "bytes",
        stroke: second,
        width: 1,
        dash: [4, 3],
        points: { show: false },
        value: (self, v) => byteRate(v),
      },
    ],
  };
}

/** Draws into a host element until it is closed; update(series) takes {times, records, bytes}. */
export class ThroughputChart {
  #host;
  #plot = null;
  #data = [[], [], []];
  #observer;
  #scheme = matchMedia("(prefers-color-scheme: dark)");
  #rebuild = () => this.#build();

  constructor(host) {
    this.#host = host;
    host.classList.add("chart");
    host.setAttribute("role", "img");
    this.#observer = new ResizeObserver(() => this.#fit());
    this.#observer.observe(host);
    this.#scheme.addEventListener("change", this.#rebuild);
    document.addEventListener("themechange", this.#rebuild);
  }

  update(series) {
    this.#data = [series.times, series.records, series.bytes];
    const last = series.records.at(-1);
    this.#host.setAttribute("aria-label", `Throughput of the last five minutes, now ${rate(last)}`);
    if (this.#plot === null) this.#build();
    else this.#draw();
  }

  close() {
    this.#observer.disconnect();
    this.#scheme.removeEventListener("change", this.#rebuild);
    document.removeEventListener("themechange", this.#rebuild);
    this.#plot?.destroy();
  }

  #draw() {
    // The plot keeps what it is given, and the series goes on growing: it gets copies.
    this.#plot.setData(this.#data.map((values) => values.slice()));
  }

  #fit() {
    const width = this.#host.clientWidth;
    if (width > 0 && this.#plot !== null && width !== this.#plot.width) this.#plot.setSize({ width, height: HEIGHT });
  }

  #build() {
    const width = this.#host.clientWidth;
    if (width === 0) return;
    this.#plot?.destroy();
    this.#plot = new uPlot(options(this.#host, width), [[], [], []], this.#host);
    this.#draw();
  }
}
