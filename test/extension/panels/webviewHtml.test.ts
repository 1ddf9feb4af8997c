import assert from 'node:assert/strict';
import { test } from 'node:test';
import { webviewHtml } from '../../../src/extension/panels/webviewHtml.ts';

test('the page runs the one script that has the nonce, and loads nothing from elsewhere', () => {
  const html = webviewHtml({
    title: 'Similar',
    cspSource: 'https://assets',
    nonce: 'abc',
    script: 'https://assets/a.js',
    style: 'https://assets/a.css',
  });
  const policy = /Content-Security-Policy" content="([^"]+)"/.exec(html)?.[1] ?? '';
  assert.match(policy, /default-src 'none'/);
  assert.match(policy, /script-src 'nonce-abc'/);
  assert.doesNotMatch(policy, /unsafe-eval|script-src[^;]*unsafe-inline|\*/);
  assert.deepEqual(
    [...html.matchAll(/<script[^>]*>/g)].map(([tag]) => tag),
    ['<script defer nonce="abc" src="https://assets/a.js">'],
  );
});
