import { usage } from '../../core/errors.ts';
import type { JobContext } from '../../core/progress.ts';
import type { ImportReport, ImportRequest } from '../../protocol/columns.ts';
import type { ExportReport, ExportRequest } from '../../protocol/exports.ts';
import type { Datasets } from '../dataset.ts';
import type { EncoderRegistry } from '../encoders/registry.ts';
import { exportFolder } from '../export/exportFolder.ts';
import { importFile } from '../imports/importFile.ts';

/** What goes between a dataset and other tools. */
export class ExchangeService {
  readonly #datasets: Datasets;
  readonly #registry: EncoderRegistry;

  constructor(datasets: Datasets, registry: EncoderRegistry) {
    this.#datasets = datasets;
    this.#registry = registry;
  }

  /** Takes columns and vectors of a file into the index of a dataset. See `importFile`. */
  async import(request: ImportRequest, context: JobContext): Promise<ImportReport> {
    const dataset = this.#datasets.get(request.folder);
    return this.#datasets.guard(dataset, () => importFile(dataset, request, context));
  }

  /** Takes an imported column out again. Rejects with usage where there is none of that name. */
  async removeColumn(folder: string, name: string): Promise<void> {
    const dataset = this.#datasets.get(folder);
    const isRemoved = await this.#datasets.guard(dataset, () => dataset.store.removeColumn(name));
    if (!isRemoved) throw usage(`${dataset.root} has no imported column "${name}".`);
  }

  /** Writes the indexed images of a folder, with what people decided, as other tools read it. */
  async export(request: ExportRequest, context: JobContext): Promise<ExportReport> {
    const dataset = this.#datasets.get(request.folder);
    return this.#datasets.guard(dataset, () => exportFolder(request, { dataset, registry: this.#registry }, context));
  }
}
