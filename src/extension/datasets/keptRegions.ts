import type { IndexingJobs } from './indexingJobs.ts';

/**
 * Indexes the regions of images in the background whenever a folder has been indexed, where that is wanted.
 *
 * @param wanted tells it of a dataset, by its root
 */
export function keepRegions(jobs: IndexingJobs, wanted: (root: string) => boolean): { dispose(): void } {
  return jobs.onDidFinish(({ report }) => {
    // A job that was about regions is followed by none.
    if (report.regions !== undefined || !wanted(report.root)) return;
    void jobs.run(report.root, { regions: true, background: true });
  });
}
