import { useComputed } from '@preact/signals';
import type { VNode } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import type { ChartLine, ReferenceLine } from './chartLines.ts';
import './lineChart.css';
import { colourNow, faint, themeVersion } from './theme.ts';

interface LineChartProps {
  /** For screen readers: what it shows, and what can be seen. */
  readonly name: string;
  readonly xLabel: string;
  readonly lines: readonly ChartLine[];
  readonly references?: readonly ReferenceLine[];
  /** Charts with the same key show their cross at the same place. */
  readonly sync: string;
  readonly formatX: (value: number) => string;
  readonly formatY: (value: number) => string;
  /** Values that are to be seen whatever the lines do. */
  readonly include?: readonly number[];
  readonly height?: number;
}

const HEIGHT = 190;
/** Fewer points than this are drawn as such: a line of two says little. */
const FEW_POINTS = 25;

/** Lines over a common axis. The arrow keys move a cross that tells the values, in all charts of the same key. */
export function LineChart(props: LineChartProps): VNode {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | undefined>(undefined);
  const theme = useComputed(() => themeVersion.value).value;
  const { lines, references = [], xLabel, name } = props;
  const data = dataOf(lines, references);
  // Only what is drawn otherwise needs a new plot; new points go into the one that is there.
  const shape = JSON.stringify([
    theme,
    xLabel,
    props.sync,
    lines.map(({ label, colour, dash, faint, x }) => [label, colour, dash, faint, x.length < FEW_POINTS]),
    references.map(({ label, colour }) => [label, colour]),
  ]);
  useEffect(() => {
    const element = place.current!;
    const made = new uPlot(optionsOf(props, element.clientWidth), data, element);
    plot.current = made;
    const observer = new ResizeObserver(() => {
      if (element.clientWidth > 0) made.setSize({ width: element.clientWidth, height: props.height ?? HEIGHT });
    });
    observer.observe(element);
    return () => {
      observer.disconnect();
      made.destroy();
      plot.current = undefined;
    };
  }, [shape]);
  useEffect(() => {
    if (plot.current) update(plot.current, data);
  }, [lines, references]);
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    const made = plot.current;
    if (step === undefined || !made) return;
    event.preventDefault();
    moveCross(made, step * (event.shiftKey ? 10 : 1));
  };
  return <div class="line-chart" ref={place} tabIndex={0} role="img" aria-label={name} onKeyDown={onKeyDown} />;
}

/** New points leave a person who has looked closer where they are. */
function update(plot: uPlot, data: uPlot.AlignedData): void {
  const { min, max } = plot.scales['x']!;
  const xs = plot.data[0];
  // Neither is there before the first drawing.
  const isClose = typeof min === 'number' && typeof max === 'number' && (min > xs[0]! || max < xs.at(-1)!);
  plot.setData(data, !isClose);
  if (isClose) plot.setScale('x', { min, max });
}

function moveCross(plot: uPlot, by: number): void {
  const xs = plot.data[0];
  if (xs.length === 0) return;
  const from = plot.cursor.idx ?? (by > 0 ? -1 : xs.length);
  const to = Math.max(0, Math.min(xs.length - 1, from + by));
  // As if the mouse had moved: that is what other charts of the same key follow.
  const { left, top, height } = plot.over.getBoundingClientRect();
  const place = { clientX: left + plot.valToPos(xs[to]!, 'x'), clientY: top + height / 2 };
  plot.over.dispatchEvent(new MouseEvent('mousemove', place));
}

/** All lines over the union of their places; a line has nothing where only others have a point. */
function dataOf(lines: readonly ChartLine[], references: readonly ReferenceLine[]): uPlot.AlignedData {
  if (lines.length === 0) return [[]];
  const tables = lines.map(({ x, y }): uPlot.AlignedData => [[...x], [...y]]);
  const [xs, ...ys] = uPlot.join(tables);
  return [xs, ...ys, ...references.map(({ value }) => xs.map(() => value))] as uPlot.AlignedData;
}

function optionsOf(props: LineChartProps, width: number): uPlot.Options {
  const { lines, references = [], xLabel, sync, formatX, formatY, include = [], height = HEIGHT } = props;
  const text = colourNow('var(--vscode-descriptionForeground)');
  const grid = faint(text);
  const font = `11px ${getComputedStyle(document.body).fontFamily}`;
  const drawn: readonly { readonly dash?: readonly number[] | undefined }[] = [
    ...lines,
    ...references.map(() => ({ dash: [2, 4] })),
  ];
  const axis = {
    stroke: text,
    font,
    labelFont: font,
    grid: { stroke: grid, width: 0.5 },
    ticks: { stroke: grid, width: 0.5, size: 4 },
  };
  // Without a cross the legend tells the newest values.
  const newest = (plot: uPlot, series: number, format: (value: number) => string): string => {
    const last = [...plot.data[series]!].findLast((number) => typeof number === 'number');
    return typeof last === 'number' ? format(last) : '–';
  };
  const value = (plot: uPlot, number: number | null, series: number, at: number | null): string =>
    at === null || number === null ? newest(plot, series, formatY) : formatY(number);
  return {
    width: Math.max(width, 60),
    height,
    pxAlign: false,
    scales: {
      x: { time: false },
      y: { range: (_, low, high) => rangeOf(low, high, include) },
    },
    axes: [
      { ...axis, label: xLabel, labelSize: 18, size: 30, values: (_, splits) => splits.map(formatX) },
      { ...axis, size: 52, values: (_, splits) => splits.map(formatY) },
    ],
    cursor: {
      sync: { key: sync, scales: ['x', null] },
      points: { size: 6 },
      drag: { x: true, y: false },
      dataIdx: (plot, series, at) => measuredNear(plot.data[series]!, at),
    },
    legend: {
      live: true,
      markers: { width: 2, fill: 'transparent', dash: (_, series) => (drawn[series - 1]?.dash ? 'dashed' : 'solid') },
    },
    series: [
      {
        label: xLabel,
        value: (plot, number: number | null, series, at) =>
          at === null || number === null ? newest(plot, series, formatX) : formatX(number),
      },
      ...lines.map(({ label, colour, dash, faint = false, x }): uPlot.Series => {
        const stroke = colourNow(colour);
        const isShort = x.length < FEW_POINTS;
        return {
          ...{ label, value, stroke, spanGaps: true },
          width: faint ? 1 : 2,
          alpha: faint ? 0.28 : 1,
          ...(dash && { dash: [...dash] }),
          points: { show: isShort && !faint, size: 5, fill: stroke },
          ...(faint && { class: 'unnamed' }),
        };
      }),
      ...references.map(({ label, colour, unnamed = false }): uPlot.Series => {
        const line = { label, value, stroke: colourNow(colour), width: 1, dash: [2, 4], points: { show: false } };
        return unnamed ? { ...line, class: 'unnamed' } : line;
      }),
    ],
  };
}

/** Where a line has a value, nearest to a place: others may have been measured more often. */
function measuredNear(values: ArrayLike<number | null | undefined>, at: number): number {
  for (let distance = 0; distance < values.length; distance++) {
    for (const place of [at - distance, at + distance]) {
      if (typeof values[place] === 'number') return place;
    }
  }
  return at;
}

function rangeOf(low: number | null, high: number | null, include: readonly number[]): [number, number] {
  const known = [low, high, ...include].filter((value) => value !== null && Number.isFinite(value)) as number[];
  if (known.length === 0) return [0, 1];
  const [least, most] = [Math.min(...known), Math.max(...known)];
  const margin = 0.06 * (most - least || Math.abs(most) || 1);
  return [least - margin, most + margin];
}
