import { ErrorCode, type LikenessError } from '../../core/errors.ts';
import type { PanelFailure } from '../../protocol/panels.ts';

/** What went wrong, and what the panel offers to do about it. */
export function failureOf({ code, message }: LikenessError): PanelFailure {
  return { code, message, remedy: remedies[code] ?? 'retry' };
}

const remedies: Readonly<Partial<Record<ErrorCode, PanelFailure['remedy']>>> = {
  [ErrorCode.NotIndexed]: 'index',
  [ErrorCode.EncoderMismatch]: 'index',
  [ErrorCode.TooFewImages]: 'index',
  [ErrorCode.UntrustedWorkspace]: 'trust',
  [ErrorCode.FileNotFound]: 'pick',
  [ErrorCode.EmptyFile]: 'pick',
  [ErrorCode.CorruptImage]: 'pick',
  [ErrorCode.TruncatedImage]: 'pick',
  [ErrorCode.UnsupportedFormat]: 'pick',
  [ErrorCode.GitLfsPointer]: 'pick',
  [ErrorCode.ImageTooLarge]: 'pick',
  [ErrorCode.EmbeddingInvalid]: 'pick',
  [ErrorCode.UnsupportedPlatform]: 'none',
};
