export interface ChartLine {
  readonly label: string;
  /** A style's value, such as `var(--vscode-charts-blue)`. */
  readonly colour: string;
  readonly dash?: readonly number[] | undefined;
  /** Of a smoothed line's own points: drawn faintly and left out of the legend. */
  readonly faint?: boolean;
  /** Ascending. */
  readonly x: Float64Array;
  readonly y: Float64Array;
}

/** A value that all lines are compared with. */
export interface ReferenceLine {
  readonly label: string;
  /** Left out of the legend: the line of the same colour says whose it is. */
  readonly unnamed?: boolean;
  readonly value: number;
  readonly colour: string;
}
