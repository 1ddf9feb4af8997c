import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { baselineOf, formatBaseline, parseBaseline } from '../../../src/core/curation/baseline.ts';
import { findingKinds, type Finding } from '../../../src/core/curation/findings.ts';
import { junitReport } from '../../../src/core/curation/reports/junit.ts';
import { markdownReport } from '../../../src/core/curation/reports/markdown.ts';
import type { ReportNotice } from '../../../src/core/curation/reports/reportNotice.ts';
import { sarifReport } from '../../../src/core/curation/reports/sarif.ts';

const findings: readonly Finding[] = [
  {
    id: '0f',
    kind: 'leak',
    severity: 'error',
    path: 'test/a & <b>/1 ü.jpg',
    score: 0,
    related: [{ path: 'train/`x`.jpg', similarity: 1 }],
    message: 'Also in "train": <b>bold</b> & more.',
  },
  { id: '1e', kind: 'outlier', severity: 'info', path: 'z.jpg', score: 0.4, related: [], message: 'Unlike the rest.' },
  { id: '2d', kind: 'small-class', severity: 'info', path: '', score: 0.1, related: [], message: '"c" has only 3.' },
];

type Json = Readonly<Record<string, unknown>>;

const placed = (uri: string) => ({
  physicalLocation: {
    artifactLocation: { uri, uriBaseId: '%SRCROOT%' },
    region: { startLine: 1, startColumn: 1, endLine: 1, endColumn: 1 },
  },
});

describe('reports of findings', () => {
  it('SARIF names rule, level, place and fingerprint of each', () => {
    const { version, runs } = JSON.parse(sarifReport(findings, '1.2.3', 'my data/')) as {
      version: string;
      runs: readonly {
        tool: { driver: { version: string; rules: readonly { id: string }[] } };
        results: readonly Record<string, unknown>[];
      }[];
    };
    const [{ tool, results }] = runs as [(typeof runs)[number]];
    assert.deepEqual([version, tool.driver.version, runs.length], ['2.1.0', '1.2.3', 1]);
    assert.deepEqual(
      tool.driver.rules.map(({ id }) => id),
      ['leak', 'outlier', 'small-class'],
    );
    assert.deepEqual(results[0], {
      ruleId: 'leak',
      ruleIndex: 0,
      level: 'error',
      message: { text: findings[0]!.message },
      locations: [placed('my%20data/test/a%20%26%20%3Cb%3E/1%20%C3%BC.jpg')],
      relatedLocations: [{ id: 1, ...placed('my%20data/train/%60x%60.jpg') }],
      partialFingerprints: { findingId: '0f' },
    });
    assert.equal(results[1]!['level'], 'note');
    // One about the whole data set has no line that GitHub could tell it from others by.
    assert.deepEqual(results[2]!['locations'], [placed('my%20data/.likeness/config.json')]);
    assert.deepEqual(results[2]!['partialFingerprints'], { findingId: '2d', primaryLocationLineHash: '2d:1' });
  });

  it('SARIF has all that GitHub requires of rules, results and places', () => {
    const { $schema, runs } = JSON.parse(sarifReport(findings, '1.2.3')) as { $schema: string; runs: readonly Json[] };
    assert.equal($schema, 'https://json.schemastore.org/sarif-2.1.0.json');
    const run = runs[0]!;
    const required = (from: Json, path: string) => {
      const value = path.split('.').reduce<unknown>((object, key) => (object as Json | undefined)?.[key], from);
      assert.ok(value !== undefined && value !== '', path);
    };
    required(run, 'tool.driver.name');
    const { rules } = (run['tool'] as { driver: { rules: readonly Json[] } }).driver;
    for (const rule of rules) {
      for (const path of ['id', 'shortDescription.text', 'fullDescription.text', 'help.text']) required(rule, path);
    }
    for (const result of run['results'] as readonly Json[]) {
      for (const path of ['ruleId', 'message.text', 'locations.0', 'partialFingerprints']) required(result, path);
      const place = [
        'artifactLocation.uri',
        'region.startLine',
        'region.startColumn',
        'region.endLine',
        'region.endColumn',
      ];
      const all = [...(result['locations'] as Json[]), ...((result['relatedLocations'] ?? []) as Json[])];
      for (const one of all) for (const path of place) required(one, `physicalLocation.${path}`);
    }
  });

  it('JUnit has a suite per kind, fails on what is at least a warning, and holds any text', () => {
    const xml = junitReport(findings, ['leak', 'outlier', 'dark'], 1.5);
    assert.match(xml, /<testsuites name="Likeness" tests="3" failures="1" time="1.5">/);
    assert.match(xml, /<testcase classname="leak" name="test\/a &amp; &lt;b&gt;\/1 ü\.jpg"><failure type="error"/);
    assert.match(xml, /<testcase classname="outlier" name="z\.jpg"><system-out>/);
    assert.match(
      xml,
      /<testsuite name="Dark" tests="1" failures="0">\n {4}<testcase classname="dark" name="none found"\/>/,
    );
    assert.ok(!xml.includes('<b>'));
    const odd = junitReport([{ ...findings[1]!, path: 'a\u0001\n"b".jpg' }], findingKinds, 0);
    assert.match(odd, /name="a\?&#10;&quot;b&quot;\.jpg"/);
  });

  it('Markdown counts and lists, and takes no markup from names', () => {
    const text = markdownReport(findings, 12);
    assert.match(text, /^## 3 findings in 12 images\n/);
    assert.match(text, /\| Leak between splits \| error \| 1 \|/);
    assert.match(text, /- `test\/a & <b>\/1 ü\.jpg` ↔ `` train\/`x`\.jpg ``: Also in "train": \\<b\\>bold/);
    assert.match(text, /\n- "c" has only 3\.\n/);
    assert.equal(markdownReport([], 1), '## Nothing to decide in 1 image\n');
    const mixed = [
      findings[1]!,
      { ...findings[1]!, severity: 'error' as const },
      { ...findings[1]!, severity: 'warning' as const },
    ];
    const [one, ...others] = mixed.map((finding) => ({ ...finding, kind: 'exact-duplicate' as const }));
    assert.match(markdownReport([one!, ...others, ...others], 9), /\| 2 errors, 2 warnings, 1 info \| 5 \|/);
    const odd = markdownReport([{ ...findings[0]!, path: 'a\u001b[2J.jpg', message: 'b\u001b' }], 1);
    assert.match(odd, /- `a\\x1b\[2J\.jpg`.*: b\\\\x1b\n/, 'nor what a terminal would obey');
  });
});

describe('what a check has to say besides its findings', () => {
  const notices: readonly ReportNotice[] = [
    { code: 'invalid-labels', message: 'labels.csv gives <a> two labels; correct it.', isFault: true },
    { code: 'changes-unknown', message: 'git ignores 1 image.', isFault: false },
  ];

  it('is in every report, and what may have hidden findings is no success', () => {
    const markdown = markdownReport([], 21, notices);
    assert.equal(
      markdown,
      '## Nothing to decide in 21 images\n\n> **Something may be missing.** labels.csv gives \\<a\\> two labels; correct it.\n\n> Note: git ignores 1 image.\n',
    );
    assert.match(
      markdownReport(findings, 12, notices),
      /in 12 images\n\n> \*\*Something .*\n\n> Note: .*\n\n\| what \|/,
    );
    const xml = junitReport([], ['leak'], 1, notices);
    assert.match(xml, /<testsuites name="Likeness" tests="3" failures="0" errors="1" time="1">/);
    assert.match(xml, /<testsuite name="Notices" tests="2" failures="0" errors="1">/);
    assert.match(xml, /<error type="invalid-labels" message="labels\.csv gives &lt;a&gt; two labels; correct it\."\/>/);
    assert.match(xml, /<system-out>git ignores 1 image\.<\/system-out>/);
    const { runs } = JSON.parse(sarifReport([], '1', '', notices)) as { runs: readonly Json[] };
    assert.deepEqual(runs[0]!['invocations'], [
      {
        executionSuccessful: false,
        toolExecutionNotifications: notices.map(({ code, message, isFault }) => ({
          descriptor: { id: code },
          level: isFault ? 'error' : 'note',
          message: { text: message },
        })),
      },
    ]);
    assert.ok(!sarifReport([], '1').includes('invocations'));
  });
});

describe('a baseline', () => {
  it('is one finding a line, sorted, and read again', () => {
    const text = formatBaseline(baselineOf(findings));
    assert.deepEqual(
      text.split('\n').map((line) => /"kind":"([a-z-]+)"/.exec(line)?.[1]),
      [undefined, 'leak', 'outlier', 'small-class', undefined, undefined],
    );
    assert.deepEqual(parseBaseline(text), new Set(['0f', '1e', '2d']));
    assert.deepEqual(parseBaseline(`\uFEFF${text}`), parseBaseline(text), 'as editors of Windows write it');
    assert.deepEqual(parseBaseline(formatBaseline({ findings: [] })), new Set());
  });

  it('that is none is told from an empty one', () => {
    for (const text of ['', '{}', '[]', '<<<<<<< ours', '{"findings":[{"kind":"leak"}]}']) {
      assert.equal(parseBaseline(text), undefined, text);
    }
  });
});
