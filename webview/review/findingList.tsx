import type { VNode } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { severities, type Finding, type FindingKind } from '../../src/core/curation/findings.ts';
import { kindTexts } from '../../src/core/curation/kindTexts.ts';
import { formatCount } from '../../src/core/progressText.ts';
import { Select } from '../shared/select.tsx';
import { answers, given } from './host.ts';
import { decided, filter, kindCounts, rowPlaces, rows, type ListFilter, type ListRow } from './list.ts';
import { filterFault } from './filterTerms.ts';
import { current, extend, look, selected, toggle } from './reviewing.ts';
import { answerText } from './sentences.ts';

/** In CSS pixels, as the style sheet has it. */
const ROW = 40;
/** Rows that are drawn outside of what is seen. */
const BEYOND = 6;

/** All findings, of which only those that can be seen are drawn. */
export function FindingList(): VNode {
  return (
    <nav class="list" aria-label="Findings">
      <Filter />
      <Rows />
    </nav>
  );
}

function Filter(): VNode {
  const { kind, severity, text } = filter.value;
  const change = (next: Partial<ListFilter>): void => {
    filter.value = { ...filter.value, ...next };
  };
  return (
    <div class="filter">
      <input
        type="search"
        placeholder="Filter findings (/)"
        title="Words, or terms such as class:cat -tag:odd split:train path:train/**, which a class, a tag, a split or a path answers to"
        aria-label="Filter findings by words, or by terms such as class:cat"
        value={text}
        onInput={(event) => {
          change({ text: event.currentTarget.value });
        }}
        onKeyDown={(event) => {
          if (event.key === 'Escape' || event.key === 'Enter') event.currentTarget.blur();
        }}
      />
      {filterFault.value !== undefined && (
        <p class="hint fault" role="status">
          {filterFault.value}
        </p>
      )}
      <div class="choices">
        <Select
          label="Kind"
          value={kind}
          options={[
            { value: '', label: `All (${formatCount(decided.value.all)})` },
            ...kindCounts.value.map(({ kind: value, count }) => ({
              value,
              label: `${kindTexts[value].name} (${formatCount(count)})`,
            })),
          ]}
          onChoose={(value) => {
            change({ kind: value as FindingKind | '' });
          }}
        />
        <Select
          label="Severity"
          value={severity}
          options={[
            { value: '', label: 'All' },
            ...severities.toReversed().map((value) => ({ value, label: severityNames[value] })),
          ]}
          onChoose={(value) => {
            change({ severity: value as Finding['severity'] | '' });
          }}
        />
      </div>
    </div>
  );
}

const severityNames = { error: 'Errors', warning: 'Warnings', info: 'Information' } as const;

function Rows(): VNode {
  const box = useRef<HTMLDivElement>(null);
  const [view, setView] = useState({ top: 0, height: 600 });
  const shown = rows.value;
  const id = current.value?.id;
  const index = (id === undefined ? undefined : rowPlaces.value.get(id)) ?? -1;
  useEffect(() => {
    const element = box.current!;
    const read = (): void => {
      setView({ top: element.scrollTop, height: element.clientHeight });
    };
    const observer = new ResizeObserver(read);
    observer.observe(element);
    element.addEventListener('scroll', read, { passive: true });
    return () => {
      observer.disconnect();
      element.removeEventListener('scroll', read);
    };
  }, []);
  // Whoever comes here goes through the list; what has the focus already keeps it.
  useEffect(() => {
    const enter = (): void => {
      if (document.activeElement === document.body) box.current?.focus({ preventScroll: true });
    };
    if (document.hasFocus()) enter();
    window.addEventListener('focus', enter);
    return () => {
      window.removeEventListener('focus', enter);
    };
  }, []);
  // What is looked at can be seen, before anything is painted.
  useLayoutEffect(() => {
    const element = box.current!;
    if (index < 0) return;
    const [top, height] = [element.scrollTop, element.clientHeight];
    // With the row after it, which is where one is going.
    if (index * ROW < top) element.scrollTop = Math.max(0, (index - 1) * ROW);
    else if ((index + 2) * ROW > top + height) element.scrollTop = (index + 2) * ROW - height;
    if (element.scrollTop !== top) setView({ top: element.scrollTop, height });
  }, [index, shown, view.height]);
  const first = Math.max(0, Math.floor(view.top / ROW) - BEYOND);
  const last = Math.min(shown.length, Math.ceil((view.top + view.height) / ROW) + BEYOND);
  return (
    <div
      class="rows"
      ref={box}
      role="listbox"
      tabIndex={0}
      aria-label="Findings"
      aria-multiselectable="true"
      {...(id !== undefined && { 'aria-activedescendant': `finding-${id}` })}
    >
      <div class="all-rows" style={{ height: `${shown.length * ROW}px` }}>
        {shown.slice(first, last).map((row, i) => (
          <div key={keyOf(row)} class="place" style={{ transform: `translateY(${(first + i) * ROW}px)` }}>
            {'finding' in row ? (
              <FindingRow finding={row.finding} isCurrent={row.finding.id === id} />
            ) : (
              <KindRow kind={row.kind} findings={row.findings} />
            )}
          </div>
        ))}
      </div>
    </div>
  );
}

function keyOf(row: ListRow): string {
  return 'finding' in row ? row.finding.id : row.kind;
}

function KindRow({ kind, findings }: { readonly kind: FindingKind; readonly findings: readonly Finding[] }): VNode {
  const known = answers.value;
  const done = findings.reduce((sum, { id }) => sum + (known.has(id) ? 1 : 0), 0);
  return (
    <div class="kind-row" role="presentation" title={kindTexts[kind].meaning}>
      <span class="kind-name">{kindTexts[kind].name}</span>
      <span class="count">
        {done > 0 ? `${formatCount(done)} of ${formatCount(findings.length)}` : formatCount(findings.length)}
      </span>
    </div>
  );
}

function FindingRow({ finding, isCurrent }: { readonly finding: Finding; readonly isCurrent: boolean }): VNode {
  const { id, path, related, message, severity } = finding;
  const answer = given.value.get(id);
  const isSelected = selected.value.has(id);
  const name = path === '' ? message : path.slice(path.lastIndexOf('/') + 1);
  const folder = path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : '';
  return (
    <div
      id={`finding-${id}`}
      class="finding-row"
      role="option"
      aria-selected={isSelected || (isCurrent && selected.value.size === 0)}
      data-current={isCurrent}
      data-selected={isSelected}
      data-decided={answers.value.get(id)?.action}
      title={path === '' ? message : [path, ...related.map((image) => image.path)].join('\n')}
      onClick={(event) => {
        if (event.shiftKey) extend(id);
        else if (event.ctrlKey || event.metaKey) toggle(id);
        else look(id);
      }}
    >
      <span class="severity" data-severity={severity} role="img" aria-label={severity} />
      <span class="finding-name">
        <span class="file">{name}</span>
        <span class="folder">
          {folder}
          {related.length > 0 && ` · ${formatCount(1 + related.length)} images`}
        </span>
      </span>
      {answer && <span class="answer">{answerText(answer)}</span>}
    </div>
  );
}
