/** One test of a suite that ran inside an extension host, as it crosses to the process that asked for it. */
export interface HostTest {
  /** Titles of suites and test, outermost first. */
  readonly title: readonly string[];
  readonly state: 'passed' | 'failed' | 'skipped';
  readonly milliseconds: number;
  /** Message and stack of a failure. */
  readonly error?: string;
}

/** Environment variables that tell the host what to run and where to put the results. */
export const hostVariables = {
  /** JSON array of absolute paths of bundled suites. */
  suites: 'LIKENESS_HOST_SUITES',
  /** Absolute path of the JSON file to write: an array of `HostTest`. */
  results: 'LIKENESS_HOST_RESULTS',
} as const;
