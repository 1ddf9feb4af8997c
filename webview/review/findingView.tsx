import type { VNode } from 'preact';
import { useEffect } from 'preact/hooks';
import { groupKinds, imagesOf } from '../../src/core/curation/answers.ts';
import type { Finding } from '../../src/core/curation/findings.ts';
import { kindTexts } from '../../src/core/curation/kindTexts.ts';
import { formatCount, formatQuantity } from '../../src/core/progressText.ts';
import type { ReviewedCheck } from '../../src/protocol/reviewView.ts';
import { LookBar } from './actionBar.tsx';
import { CaptionStrip } from './captionStrip.tsx';
import { Difference } from './difference.tsx';
import { ImageFigure } from './imageFigure.tsx';
import { given } from './host.ts';
import { listed, places } from './list.ts';
import { isJudgedByNeighbors, NeighborStrip } from './neighborStrip.tsx';
import { fetchAround, SHOWN } from './pictures.ts';
import { focused, isCompared, subjects } from './reviewing.ts';
import { answerText, scoreText } from './sentences.ts';
import { zoom } from './zoom.ts';

interface FindingViewProps {
  readonly finding: Finding;
  readonly thresholds: ReviewedCheck['thresholds'];
}

/** The finding that is looked at: why it is one, and its pictures side by side. */
export function FindingView({ finding, thresholds }: FindingViewProps): VNode {
  const { kind, severity, message } = finding;
  const paths = imagesOf(finding);
  const answer = given.value.get(finding.id);
  const several = subjects.value.length;
  useEffect(() => {
    fetchAround(finding);
  }, [finding]);
  const other = comparedWith(finding, focused.value);
  return (
    <article class="finding" aria-label={kindTexts[kind].name}>
      <header>
        <h2>
          <span class="severity" data-severity={severity} role="img" aria-label={severity} />
          {kindTexts[kind].name}
          <span class="hint">
            {formatCount((places.value.get(finding.id) ?? 0) + 1)} of {formatCount(listed.value.length)} ·{' '}
            {scoreText(finding, thresholds)}
          </span>
          {answer && (
            <span class="answer" data-decided={answer.action}>
              {answerText(answer)}
            </span>
          )}
          <LookBar />
        </h2>
        <p class="sentence">{message}</p>
        {several > 1 && (
          <p class="notice">
            {formatQuantity(several, 'finding')} selected: what you decide, you decide of all of them.
          </p>
        )}
      </header>
      {paths.length === 0 ? (
        <p class="hint nothing">This is about the class as a whole; there is no picture to look at.</p>
      ) : (
        <div class="figures" data-zoomed={zoom.value.scale > 1}>
          {paths.slice(0, SHOWN).map((path, i) => (
            <ImageFigure key={path} finding={finding} path={path} number={i + 1} />
          ))}
          {other && isCompared.value && groupKinds.has(kind) && <Difference key="difference" paths={other} />}
        </div>
      )}
      {isJudgedByNeighbors(kind) && <NeighborStrip path={finding.path} />}
      {kind === 'caption-mismatch' && <CaptionStrip path={finding.path} />}
      {paths.length > SHOWN && (
        <p class="hint">
          … and {formatQuantity(paths.length - SHOWN, 'image')} more. What is decided of the group is decided of them
          too.
        </p>
      )}
    </article>
  );
}

/** The two pictures whose difference is shown: of a group the one that is looked at and the first, or the second. */
function comparedWith(finding: Finding, path: string | undefined): readonly [string, string] | undefined {
  const [first, second] = imagesOf(finding);
  if (first === undefined || second === undefined) return undefined;
  return path === undefined || path === first ? [first, second] : [first, path];
}
