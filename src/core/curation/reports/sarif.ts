import { findingKinds, type Finding, type Severity } from '../findings.ts';
import { kindTexts } from '../kindTexts.ts';
import type { ReportNotice } from './reportNotice.ts';

const levels: Readonly<Record<Severity, string>> = { error: 'error', warning: 'warning', info: 'note' };

/** Where findings about the whole dataset are shown: code scanning wants a file. */
const DATASET_FILE = '.likeness/config.json';
/** Code scanning shows no result without a line, which an image hasn't. */
const WHOLE_FILE = { startLine: 1, startColumn: 1, endLine: 1, endColumn: 1 };

/**
 * Findings for code scanning, as SARIF 2.1.0 (https://docs.oasis-open.org/sarif/sarif/v2.1.0/), with all that GitHub requires
 * (https://docs.github.com/en/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning).
 * GitHub tells results apart by rule, file and `primaryLocationLineHash`, which its upload works out from the file; results
 * about the whole dataset share a file, and bring their own.
 *
 * @param version of the product
 * @param notices what is told besides; none of them is a result
 * @param prefix of the dataset's root in its repository, such as `data/pets/`; paths are relative to the repository's root
 */
export function sarifReport(
  findings: readonly Finding[],
  version: string,
  prefix = '',
  notices: readonly ReportNotice[] = [],
): string {
  const kinds = findingKinds.filter((kind) => findings.some((finding) => finding.kind === kind));
  const rules = kinds.map((kind) => ({
    id: kind,
    shortDescription: { text: kindTexts[kind].name },
    fullDescription: { text: kindTexts[kind].meaning },
    help: {
      text: `${kindTexts[kind].meaning} Accept, exclude or correct it in a review: Likeness: Check Dataset in VS Code.`,
    },
  }));
  const report = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'Likeness', version, semanticVersion: version, rules } },
        ...(notices.length > 0 && {
          invocations: [
            {
              executionSuccessful: !notices.some(({ isFault }) => isFault),
              toolExecutionNotifications: notices.map(({ code, message, isFault }) => ({
                descriptor: { id: code },
                level: isFault ? 'error' : 'note',
                message: { text: message },
              })),
            },
          ],
        }),
        columnKind: 'utf16CodeUnits',
        originalUriBaseIds: {
          '%SRCROOT%': { description: { text: 'The root of the repository, else the folder of the data set' } },
        },
        results: findings.map(({ id, kind, severity, path, related, message }) => ({
          ruleId: kind,
          ruleIndex: kinds.indexOf(kind),
          level: levels[severity],
          message: { text: message },
          locations: [location(prefix, path === '' ? DATASET_FILE : path)],
          ...(related.length > 0 && {
            relatedLocations: related.map((image, i) => ({ id: i + 1, ...location(prefix, image.path) })),
          }),
          partialFingerprints: { findingId: id, ...(path === '' && { primaryLocationLineHash: `${id}:1` }) },
        })),
      },
    ],
  };
  return `${JSON.stringify(report, undefined, 2)}\n`;
}

function location(prefix: string, path: string) {
  const uri = `${prefix}${path}`.split('/').map(encodeURIComponent).join('/');
  return { physicalLocation: { artifactLocation: { uri, uriBaseId: '%SRCROOT%' }, region: WHOLE_FILE } };
}
