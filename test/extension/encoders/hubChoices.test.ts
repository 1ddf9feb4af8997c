import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ErrorCode } from '../../../src/core/errors.ts';
import type { HubPlan } from '../../../src/core/hub/hubPlan.ts';
import {
  consentText,
  pageOf,
  remediesOf,
  repositoryProblem,
  shortName,
  variantChoices,
} from '../../../src/extension/encoders/hubChoices.ts';

const commit = '0123456789abcdef0123456789abcdef01234567';
const file = (path: string, size: number) => ({ path, size, hash: { algorithm: 'sha256' as const, hex: '' } });

function plan(changes: Partial<HubPlan> = {}): HubPlan {
  return {
    repository: 'Xenova/dinov2-small',
    revision: 'main',
    commit,
    endpoint: 'https://huggingface.co',
    folder: '/caches/likeness/hub',
    licence: 'apache-2.0',
    model: 'onnx/model.onnx',
    files: [file('config.json', 500_000), file('onnx/model.onnx', 88_000_000)],
    data: [],
    bytes: 88_500_000,
    isRemembered: false,
    offline: false,
    ...changes,
  };
}

test('a person agrees to a host, a repository, a revision, a licence, bytes and a place', () => {
  const { message, detail } = consentText(plan());
  assert.equal(message, 'Download 88.5 MB for dinov2-small?');
  assert.deepEqual(detail.split('\n'), [
    'From: huggingface.co',
    'Repository: Xenova/dinov2-small (commit 0123456789)',
    'File: onnx/model.onnx',
    'Licence: apache-2.0',
    'Size: 88.5 MB in 2 files',
    'Kept in: /caches/likeness/hub, for all folders',
  ]);
});

test('it is said where a licence is missing, a part is here already, or the hub could not be asked', () => {
  const { message, detail } = consentText(
    plan({
      licence: undefined,
      revision: 'v1',
      bytes: 30_000_000,
      isRemembered: true,
      endpoint: 'http://127.0.0.1:8080',
    }),
  );
  assert.equal(message, 'Download 30 MB for dinov2-small?');
  assert.match(detail, /^From: 127\.0\.0\.1:8080$/m);
  assert.match(detail, /^Repository: .* \(v1, commit 0123456789\)$/m);
  assert.match(detail, /^Licence: the repository states none; look at its page$/m);
  assert.match(detail, /^Size: 88\.5 MB in 2 files, of which 58\.5 MB are here already$/m);
  assert.match(detail, /said the last time\.$/);
  assert.ok(!consentText(plan({ revision: commit })).detail.includes(commit));
});

test('files are told apart by precision and size', () => {
  const plans = [
    plan(),
    plan({ model: 'onnx/model_fp16.onnx', files: [file('onnx/model_fp16.onnx', 44e6)], bytes: 0 }),
    plan({ model: 'onnx/model_q4.onnx', files: [file('onnx/model_q4.onnx', 20e6)], data: [file('d', 1e6)] }),
  ];
  const choices = variantChoices(plans);
  assert.deepEqual(
    choices.map(({ title, description }) => [title, description]),
    [
      ['model.onnx', '88.5 MB'],
      ['fp16', '44 MB, downloaded already'],
      ['q4', '21 MB'],
    ],
  );
  assert.match(choices[0]!.detail!, /^full precision \(onnx\/model\.onnx\)$/);
  assert.match(choices[1]!.detail!, /^half precision/);
  assert.match(choices[2]!.detail!, /^quantised: .*can’t be trained further \(onnx\/model_q4\.onnx\)$/);
  assert.deepEqual(
    choices.map(({ value }) => value),
    plans,
  );
  assert.deepEqual(plans.map(shortName), ['dinov2-small', 'dinov2-small fp16', 'dinov2-small q4']);
});

test('the page of a repository is that of the revision', () => {
  assert.equal(pageOf(plan()), 'https://huggingface.co/Xenova/dinov2-small');
  assert.equal(
    pageOf(plan({ revision: 'refs/pr/3' })),
    'https://huggingface.co/Xenova/dinov2-small/tree/refs%2Fpr%2F3',
  );
});

test('a name that can’t be one is refused while it is typed, an empty one is not', () => {
  for (const text of ['', '  ', 'a/b', 'https://huggingface.co/a/b', 'hf:a/b@v1#m.onnx'])
    assert.equal(repositoryProblem(text), undefined, text);
  for (const text of ['dinov2', 'a/b/c', 'https://example.org/a/b', 'a/b@'])
    assert.match(repositoryProblem(text) ?? '', /^Write OWNER\/NAME/, text);
});

test('something is offered where it may help', () => {
  assert.deepEqual(remediesOf({ code: ErrorCode.RepositoryGated }), ['page', 'token']);
  assert.deepEqual(remediesOf({ code: ErrorCode.HubUnreachable }), ['again']);
  assert.deepEqual(remediesOf({ code: ErrorCode.RepositoryWithoutModel }), []);
  assert.deepEqual(remediesOf({ code: ErrorCode.Cancelled }), []);
});
