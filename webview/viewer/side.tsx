import type { VNode } from 'preact';
import { kindTexts } from '../../src/core/curation/kindTexts.ts';
import type { PanelFailure } from '../../src/protocol/panels.ts';
import type { ViewedImage } from '../../src/protocol/viewer.ts';
import type { ViewerAction, ViewerState } from '../../src/protocol/viewerView.ts';
import { Remedies } from '../shared/remedies.tsx';
import { host } from './host.ts';
import { searchBox } from './looking.ts';
import { isShown, type ShownPicture } from './picture.ts';
import { SearchStrip } from './searchStrip.tsx';
import { boxText, fileText, indexText, regionsText } from './sentences.ts';

interface SideProps {
  readonly current: ViewerState;
  readonly shown: ShownPicture | PanelFailure | undefined;
}

/** What is known of the image, and what is like it or like the region that is chosen. */
export function Side({ current, shown }: SideProps): VNode {
  const { image, name, failure, region } = current;
  // Why it can't be shown is why it isn't in the index, and can't be compared.
  const isBroken = shown !== undefined && !isShown(shown);
  return (
    <aside class="side">
      <header>
        <h1 title={image?.path ?? name}>{name}</h1>
        <p class="hint">{isShown(shown) ? fileText(shown) : ' '}</p>
      </header>
      {failure && (
        <div class="empty" role="alert">
          <p>{failure.message}</p>
          <Remedies remedy={failure.remedy} act={act} />
        </div>
      )}
      {image && <Facts image={image} />}
      {image && !isBroken && <Missing image={image} indexing={current.indexing} />}
      {image?.root !== undefined && <Findings current={current} />}
      {image?.root !== undefined &&
        !isBroken &&
        (region ? <LikeRegion current={current} image={image} /> : <MostAlike current={current} />)}
    </aside>
  );
}

function Facts({ image: { label, split, tags, captions, captionFault } }: { readonly image: ViewedImage }): VNode {
  return (
    <dl class="facts">
      {captions !== undefined && (
        <>
          <dt>Caption</dt>
          <dd class="written">
            {captions.length === 0 && <span class="hint">none</span>}
            {captions.map((caption) => (
              <p key={caption}>{caption === '' ? <span class="hint">empty</span> : caption}</p>
            ))}
          </dd>
        </>
      )}
      {captionFault !== undefined && (
        <>
          <dt>Caption</dt>
          <dd class="hint">{captionFault}</dd>
        </>
      )}
      <dt>Class</dt>
      <dd>{label ?? <span class="hint">none</span>}</dd>
      <dt>Split</dt>
      <dd>{split ?? <span class="hint">none</span>}</dd>
      <dt>Tags</dt>
      <dd>
        {tags.length === 0 && <span class="hint">none</span>}
        {tags.map((tag) => (
          <span key={tag} class="badge">
            {tag}
          </span>
        ))}
      </dd>
    </dl>
  );
}

/** That an image isn't in the index, and what to do about it. */
function Missing({ image, indexing }: { readonly image: ViewedImage; readonly indexing: boolean }): VNode | null {
  const missing = indexText(image);
  if (missing === undefined) return null;
  return (
    <div class="empty" role="status">
      <p class="hint">{indexing ? 'The folder is being indexed; what is missing comes when that is done.' : missing}</p>
      {!indexing && <Remedies remedy="index" act={act} />}
    </div>
  );
}

function Findings({ current: { findings } }: { readonly current: ViewerState }): VNode {
  return (
    <section aria-label="Findings of the last check">
      <h2>Findings</h2>
      {findings === undefined && <p class="hint">The dataset was not checked yet.</p>}
      {findings?.length === 0 && <p class="hint">None of the last check.</p>}
      {findings && findings.length > 0 && (
        <ul class="findings">
          {findings.map(({ id, kind, severity, message }) => (
            <li key={id} data-severity={severity}>
              <span class="kind">{kindTexts[kind].name}</span>
              <span class="hint">{message}</span>
              <button type="button" class="link" onClick={() => void host.call('viewer/review', { finding: id })}>
                Review
              </button>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

function MostAlike({ current }: { readonly current: ViewerState }): VNode {
  return (
    <section aria-label="Most alike">
      <h2>Most alike</h2>
      <p class="hint">Drag a box on the picture to find what is like that part of it.</p>
      <SearchStrip search={current.similar} name="Most alike" byRegion={false} version={`${current.images}`} />
    </section>
  );
}

interface LikeRegionProps {
  readonly current: ViewerState;
  readonly image: ViewedImage;
}

function LikeRegion({ current, image }: LikeRegionProps): VNode | null {
  const { region, indexing } = current;
  if (!region) return null;
  const { images, of } = image.regions;
  return (
    <section aria-label="Like the region">
      <div class="heading">
        <h2>Like the region</h2>
        <button
          type="button"
          class="chip"
          title="Remove the box (Esc)"
          onClick={() => {
            searchBox(undefined);
          }}
        >
          Clear
        </button>
      </div>
      <p class="hint">
        {boxText(region.box)}. {regionsText(image.regions)}{' '}
        {images < of &&
          (indexing ? (
            'The folder is being indexed.'
          ) : (
            <button
              type="button"
              class="link"
              title="Indexes 14 parts of each image, so that what is only a part of one is found; takes 4 to 14 times as long as indexing"
              onClick={() => {
                act('index-regions');
              }}
            >
              Index Regions
            </button>
          ))}
      </p>
      <SearchStrip search={region} name="Like the region" byRegion version={`${current.images}`} />
    </section>
  );
}

function act(action: ViewerAction): void {
  void host.call('viewer/act', { action });
}
