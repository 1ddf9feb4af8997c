import { Emitter } from 'vscode-jsonrpc/node';
import { compareFindings, type Finding } from '../../core/curation/findings.ts';
import type { CheckReport } from '../../protocol/check.ts';
import type { DecideRequest } from '../../protocol/decisions.ts';
import type { ScanSettings } from '../../protocol/engine.ts';
import type { CallOptions } from '../../protocol/rpc.ts';
import type { EngineCaller } from '../engine/engineClient.ts';

export interface FindingsSources {
  readonly engine: EngineCaller;
  readonly scanSettings: (folder: string) => ScanSettings;
  /** Makes known that a folder is a dataset, before there are findings of it. */
  readonly indexed: (root: string) => Promise<void>;
}

/** Takes back what was decided last; see `exclude` and `ignore`. */
export type TakeBack = () => Promise<void>;

/** What the last check of each dataset found in this window, less what a person has decided since. */
export class FindingsModel {
  readonly #sources: FindingsSources;
  readonly #reports = new Map<string, CheckReport>();
  readonly #changed = new Emitter<void>();
  readonly onDidChange = this.#changed.event;

  constructor(sources: FindingsSources) {
    this.#sources = sources;
  }

  /** In the order in which the datasets were first checked. */
  get reports(): readonly CheckReport[] {
    return [...this.#reports.values()];
  }

  /** Undefined where a dataset wasn't checked in this window. */
  reportOf(root: string): CheckReport | undefined {
    return this.#reports.get(root);
  }

  /** Checks a dataset, or a folder that becomes one. Rejects as `check/run` does; the findings of before stay then. */
  async check(folder: string, options: CallOptions): Promise<CheckReport> {
    const { engine, scanSettings, indexed } = this.#sources;
    const report = await engine.call('check/run', { folder, scan: scanSettings(folder) }, options);
    await indexed(report.root);
    this.#keep(report);
    return report;
  }

  /** Writes down that a finding is no issue; it is gone at once. */
  ignore(root: string, finding: Finding): Promise<TakeBack> {
    const { id, path } = finding;
    return this.#decide(
      { root, paths: [path], decision: { action: 'ignore', finding: id } },
      (other) => other.id === id,
    );
  }

  /**
   * Excludes images. All findings that one of them has a part in are gone at once; what remains of a group of three or more
   * is another finding, which the next check tells.
   *
   * @param paths relative to the root
   */
  exclude(root: string, paths: readonly string[]): Promise<TakeBack> {
    return this.#decide({ root, paths, decision: { action: 'exclude' } }, (finding) =>
      imagesOf(finding).some((image) => paths.includes(image)),
    );
  }

  /** Forgets the findings of all datasets but these. */
  retain(roots: ReadonlySet<string>): void {
    const gone = [...this.#reports.keys()].filter((root) => !roots.has(root));
    for (const root of gone) this.#reports.delete(root);
    if (gone.length > 0) this.#changed.fire();
  }

  async #decide(request: DecideRequest, isAnswered: (finding: Finding) => boolean): Promise<TakeBack> {
    const { engine } = this.#sources;
    const { root } = request;
    await engine.call('decisions/decide', request);
    const findings = this.#reports.get(root)?.findings ?? [];
    const answered = findings.filter(isAnswered);
    this.#replace(
      root,
      findings.filter((finding) => !isAnswered(finding)),
    );
    return async () => {
      await engine.call('decisions/decide', { ...request, undo: true });
      const current = this.#reports.get(root)?.findings ?? [];
      const known = new Set(current.map(({ id }) => id));
      const restored = answered.filter(({ id }) => !known.has(id));
      this.#replace(root, [...current, ...restored].sort(compareFindings));
    };
  }

  #replace(root: string, findings: readonly Finding[]): void {
    const report = this.#reports.get(root);
    if (report && report.findings.length !== findings.length) this.#keep({ ...report, findings });
  }

  #keep(report: CheckReport): void {
    this.#reports.set(report.root, report);
    this.#changed.fire();
  }
}

/** The images that a finding is about, relative to the root, the one to look at first; none of one about whole classes. */
export function imagesOf({ path, related }: Pick<Finding, 'path' | 'related'>): string[] {
  return path === '' ? [] : [path, ...related.map((image) => image.path)];
}
