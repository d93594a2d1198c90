// The throughput chart: records a second as an area, bytes a second as a line, over the last five minutes.

import uPlot from "/webjars/uplot/1.6.30/dist/uPlot.esm.js";
import { bytes, compact, rate, byteRate } from "/console/format.js";

/** Less looks like an accident, more is what Grafana is for. */
const MIN_SPAN_SECONDS = 30;
const MAX_SPAN_SECONDS = 300;

/** Below this, a second axis would leave no room for the plot. */
const NARROW_PX = 520;

/** Bytes are ruled in powers of two, so that the labels are round in KiB and MiB. */
const BYTE_STEPS = Array.from({ length: 45 }, (unused, power) => 2 ** power);

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

function axis(host, scale, side, values, more) {
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
    ...more,
  };
}

function options(host, width, height) {
  const first = colour(host, "--series-1");
  const second = colour(host, "--series-2");
  // Two heights, because records and bytes often have one shape and would cover each other.
  const upTo = (share) => (self, min, max) => [0, max > 0 ? max * share : 1];
  const span = (self, min, max) => [max - Math.min(MAX_SPAN_SECONDS, Math.max(MIN_SPAN_SECONDS, max - min)), max];
  const clock = new Intl.DateTimeFormat("en", { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });
  const at = (seconds) => clock.format(seconds * 1000);
  return {
    width,
    height,
    padding: [8, 0, 0, 0],
    cursor: { y: false, points: { size: 6 }, drag: { x: false, y: false } },
    legend: { live: true },
    scales: { x: { time: true, range: span }, records: { range: upTo(1.15) }, bytes: { range: upTo(1.6) } },
    axes: [
      axis(host, "x", 2, (self, ticks) => ticks.map(at), { incrs: [10, 15, 30, 60, 120, 300] }),
      axis(host, "records", 3, (self, ticks) => ticks.map((n) => (Number.isInteger(n) ? compact(n) : ""))),
      axis(host, "bytes", 1, (self, ticks) => ticks.map(bytes), { incrs: BYTE_STEPS, show: width >= NARROW_PX }),
    ],
    series: [
      { label: "Time", value: (self, s) => (s ? at(s) : "–") },
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
  #height;
  #plot = null;
  #data = [[], [], []];
  #observer;
  #scheme = matchMedia("(prefers-color-scheme: dark)");
  #rebuild = () => this.#build();

  constructor(host, height) {
    this.#host = host;
    this.#height = height;
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
    if (this.#plot.cursor.idx === null || this.#plot.cursor.left < 0) this.#plot.setLegend({ idx: this.#data[0].length - 1 });
  }

  #fit() {
    const width = this.#host.clientWidth;
    if (width === 0 || this.#plot === null || width === this.#plot.width) return;
    if (width < NARROW_PX === this.#plot.width < NARROW_PX) this.#plot.setSize({ width, height: this.#height });
    else this.#build();
  }

  #build() {
    const width = this.#host.clientWidth;
    if (width === 0) return;
    this.#plot?.destroy();
    this.#plot = new uPlot(options(this.#host, width, this.#height), [[], [], []], this.#host);
    this.#draw();
  }
}
