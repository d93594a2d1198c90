// A chart of the last five minutes: one series as an area, another as a dashed line with an axis of its own.

import uPlot from "../webjars/uplot/1.6.30/dist/uPlot.esm.js";
import { byteRate, bytes, compact, count, duration, rate } from "./format.js";

/** The time span of the chart: less looks like an accident, and more is for tools such as Grafana. */
const MIN_SPAN_SECONDS = 30;
const MAX_SPAN_SECONDS = 300;

/** The width below which a second axis would leave no room for the plot. */
const NARROW_PX = 520;

/** Ticks of bytes at powers of two, so that the labels are round in KiB and MiB. */
const BYTE_STEPS = Array.from({ length: 45 }, (unused, power) => 2 ** power);

const whole = (n) => (Number.isInteger(n) ? compact(n) : "");

/** The smallest range of the axis: a few records a minute are a rate, too. */
const FRACTION = new Intl.NumberFormat("en", { maximumFractionDigits: 3 });
const some = (n) => (Number.isInteger(n) ? compact(n) : FRACTION.format(n));

/** The chart of a topic's throughput. */
export const THROUGHPUT = {
  label: (now) => `Throughput of the last five minutes, now ${rate(now)}`,
  area: { label: "Records", ticks: some, value: rate },
  line: { label: "Bytes", ticks: bytes, value: byteRate, incrs: BYTE_STEPS },
};

/** The chart of a group's lag. */
export const LAG = {
  label: (now) => `Lag of the last five minutes, now ${count(now ?? 0)} records`,
  area: { label: "Records behind", ticks: whole, value: (n) => (n === null ? "–" : count(n)) },
  line: { label: "Oldest of them waits for", ticks: duration, value: duration },
};

/** A colour of the style sheet for the canvas, in the current colour scheme. */
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

function options(host, width, height, { area, line }) {
  const first = colour(host, "--series-1");
  const second = colour(host, "--series-2");
  // Different heights, because the two series often have the same shape and would cover each other.
  const upTo = (share) => (self, min, max) => [0, max > 0 ? max * share : 1];
  const span = (self, min, max) => [max - Math.min(MAX_SPAN_SECONDS, Math.max(MIN_SPAN_SECONDS, max - min)), max];
  const clock = new Intl.DateTimeFormat("en", { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });
  const at = (seconds) => clock.format(seconds * 1000);
  const lineAxis = { show: width >= NARROW_PX, ...(line.incrs ? { incrs: line.incrs } : {}) };
  return {
    width,
    height,
    padding: [8, 0, 0, 0],
    cursor: { y: false, points: { size: 6 }, drag: { x: false, y: false } },
    legend: { live: true },
    scales: { x: { time: true, range: span }, area: { range: upTo(1.15) }, line: { range: upTo(1.6) } },
    axes: [
      axis(host, "x", 2, (self, ticks) => ticks.map(at), { incrs: [10, 15, 30, 60, 120, 300] }),
      axis(host, "area", 3, (self, ticks) => ticks.map(area.ticks)),
      axis(host, "line", 1, (self, ticks) => ticks.map(line.ticks), lineAxis),
    ],
    series: [
      { label: "Time", value: (self, s) => (s ? at(s) : "–") },
      {
        label: area.label,
        scale: "area",
        stroke: first,
        fill: fade(first, 0.13),
        width: 1.5,
        points: { show: false },
        value: (self, v) => area.value(v),
      },
      {
        label: line.label,
        scale: "line",
        stroke: second,
        width: 1,
        dash: [4, 3],
        points: { show: false },
        value: (self, v) => line.value(v),
      },
    ],
  };
}

/** Draws a kind of series into a host element until it is closed. */
export class Chart {
  #kind;
  #host;
  #height;
  #plot = null;
  #data = [[], [], []];
  #observer;
  #scheme = matchMedia("(prefers-color-scheme: dark)");
  #rebuild = () => this.#build();

  constructor(kind, host, height) {
    this.#kind = kind;
    this.#host = host;
    this.#height = height;
    host.classList.add("chart");
    host.setAttribute("role", "img");
    host.setAttribute("aria-label", kind.label(null));
    this.#observer = new ResizeObserver(() => this.#fit());
    this.#observer.observe(host);
    this.#scheme.addEventListener("change", this.#rebuild);
    document.addEventListener("themechange", this.#rebuild);
  }

  /** Three lists of the same length: seconds since 1970, the area's values, the line's. */
  update(times, area, line) {
    this.#data = [times, area, line];
    this.#host.setAttribute("aria-label", this.#kind.label(area.at(-1)));
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
    // Copies, because the plot keeps its data and the series goes on growing.
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
    this.#plot = new uPlot(options(this.#host, width, this.#height, this.#kind), [[], [], []], this.#host);
    this.#draw();
  }
}
