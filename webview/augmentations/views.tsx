import type { VNode } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { EncodedPicture } from '../../src/protocol/augmentations.ts';
import type { ViewFigures, ViewPictures } from '../../src/protocol/augmentationsView.ts';
import { usePictureUrl } from '../shared/pictureUrl.ts';
import { host } from './host.ts';
import { Matrix } from './matrix.tsx';
import { lowEnd, place } from '../shared/charts/scale.ts';
import { figure, matrixSentence, scaleSentence, viewsSentence } from './sentences.ts';

interface ViewsProps {
  readonly views: ViewFigures;
  /** Changes with the pictures. */
  readonly pictures: number;
  /** New ones are on their way. */
  readonly stale: boolean;
}

/** The image, its views with their similarities, and the images nearest to it. */
export function Views({ views, pictures: version, stale }: ViewsProps): VNode {
  const [pictures, setPictures] = useState<ViewPictures>();
  useEffect(() => {
    let current = true;
    void host.call('augmentations/viewPictures', {}).then((answer) => {
      if (current) setPictures(answer);
    });
    return () => {
      current = false;
    };
  }, [version]);
  const { similarities, nearest } = views;
  const line = nearest[0]?.similarity;
  const low = lowEnd([...similarities, ...nearest.map(({ similarity }) => similarity)]);
  return (
    <section aria-labelledby="views-title" data-stale={stale}>
      <h2 id="views-title">Views</h2>
      <p class="sentence" role="status">
        {viewsSentence(views)}
      </p>
      <div class="originals">
        <div>
          <p class="hint">Original</p>
          <ImageCard
            picture={pictures?.original}
            caption={views.label ?? ''}
            name={`Open the original ${views.path}`}
            onOpen={() => void host.call('augmentations/open', { paths: [views.path] })}
          />
        </div>
        {nearest.length > 0 && (
          <div>
            <p class="hint">Nearest other images</p>
            <div class="cards">
              {nearest.map(({ path, similarity, label }, index) => (
                <ImageCard
                  key={path}
                  picture={pictures?.nearest[index]}
                  caption={figure(similarity)}
                  detail={label}
                  name={`Compare the original with ${path}, similarity ${figure(similarity)}${label === undefined ? '' : `, class ${label}`}`}
                  onOpen={() => void host.call('augmentations/open', { paths: [views.path, path] })}
                />
              ))}
            </div>
          </div>
        )}
      </div>
      <ol class="views" aria-label="Views with their similarity to the original">
        {Array.from(similarities, (similarity, index) => (
          <View
            key={index}
            number={index + 1}
            picture={pictures?.views[index]}
            similarity={similarity}
            line={line}
            low={low}
          />
        ))}
      </ol>
      <p class="hint">
        Bars go from {figure(low)} to 1.00
        {line !== undefined && `; the mark is the nearest other image (${figure(line)})`}. {scaleSentence(views)}
      </p>
      <details>
        <summary>Views compared with each other</summary>
        <p class="sentence">{matrixSentence(views)}</p>
        <Matrix values={views.matrix} count={similarities.length} />
      </details>
    </section>
  );
}

interface ImageCardProps {
  readonly picture: EncodedPicture | undefined;
  readonly caption: string;
  readonly detail?: string | undefined;
  /** What a click does, for those who can't see it. */
  readonly name: string;
  readonly onOpen: () => void;
}

function ImageCard({ picture, caption, detail, name, onOpen }: ImageCardProps): VNode {
  const url = usePictureUrl(picture);
  return (
    <button type="button" class="card" title={name} aria-label={name} onClick={onOpen}>
      <span class="picture">{url !== undefined && <img src={url} alt="" draggable={false} />}</span>
      <span class="caption">
        <span class="similarity">{caption}</span>
        {detail !== undefined && <span class="label">{detail}</span>}
      </span>
    </button>
  );
}

interface ViewProps {
  readonly number: number;
  readonly picture: EncodedPicture | undefined;
  readonly similarity: number;
  readonly line: number | undefined;
  readonly low: number;
}

function View({ number, picture, similarity, line, low }: ViewProps): VNode {
  const url = usePictureUrl(picture);
  const beyond = line !== undefined && similarity < line;
  const told = `View ${number}, similarity ${figure(similarity)}${beyond ? ', farther than the nearest other image' : ''}`;
  return (
    <li class="view" data-beyond={beyond} title={told}>
      <span class="picture">{url !== undefined && <img src={url} alt={told} draggable={false} />}</span>
      <span class="caption" aria-hidden="true">
        <span class="similarity">
          {beyond && <span class="mark">↓ </span>}
          {figure(similarity)}
        </span>
        <span class="label">{number}</span>
      </span>
      <span class="bar" aria-hidden="true">
        <span style={{ width: `${100 * place(similarity, low)}%` }} />
        {line !== undefined && <i style={{ left: `${100 * place(line, low)}%` }} />}
      </span>
    </li>
  );
}
