/** What can go wrong with repositories of the Hugging Face hub. */
import { ErrorCode, LikenessError, messageOf, systemCodeOf, usage } from '../errors.ts';
import { formatBytes, formatDuration } from '../progressText.ts';

/** A file with its size, as a person chooses between them. */
interface SizedFile {
  readonly path: string;
  readonly size: number;
}

export const invalidHubReference = (text: string) =>
  usage(
    `"${text}" names no repository of the Hugging Face hub; write hf:OWNER/NAME, with @REVISION or #FILE.onnx behind it where you want a certain one.`,
  );
/** What the hub says of an id that it doesn't know, and of a private one. */
export const repositoryNotFound = (repository: string, address: string, hasToken: boolean) =>
  new LikenessError(
    ErrorCode.RepositoryNotFound,
    `${address} has no repository ${repository} that is open ${hasToken ? 'to your token' : 'to everybody'}; check the spelling${hasToken ? ', and that the token may read it' : ', or name a token that may read it ("Likeness: Set Hugging Face Token", HF_TOKEN)'}.`,
    { path: repository },
  );
export const revisionNotFound = (repository: string, revision: string) =>
  new LikenessError(
    ErrorCode.RepositoryNotFound,
    `The repository ${repository} has no revision "${revision}"; name a branch, a tag or a commit of it, or leave it out.`,
    { path: repository },
  );
export const repositoryFileNotFound = (repository: string, file: string, models: readonly SizedFile[]) =>
  new LikenessError(
    ErrorCode.RepositoryNotFound,
    `The repository ${repository} has no file ${file}; ${models.length === 0 ? 'it holds no ONNX file' : `its ONNX files are ${list(models)}`}.`,
    { path: repository },
  );
export const repositoryGated = (repository: string, page: string, hasToken: boolean) =>
  new LikenessError(
    ErrorCode.RepositoryGated,
    hasToken
      ? `The repository ${repository} is gated, and your token may not read it; accept its conditions at ${page} with the token's account, and let the token read gated repositories.`
      : `The repository ${repository} is gated; accept its conditions at ${page}, and name a token of your account ("Likeness: Set Hugging Face Token", HF_TOKEN, or "hf auth login").`,
    { path: repository },
  );
export const repositoryWithoutModel = (repository: string) =>
  new LikenessError(
    ErrorCode.RepositoryWithoutModel,
    `The repository ${repository} holds no ONNX file; look for an export of it (often in onnx-community/ or Xenova/), or export it yourself and add the file.`,
    { path: repository },
  );
/** Several files are as good as each other. */
export const severalModels = (repository: string, models: readonly SizedFile[]) =>
  new LikenessError(
    ErrorCode.SeveralModels,
    `The repository ${repository} holds several ONNX files; choose one with hf:${repository}#FILE: ${list(models)}.`,
    { path: repository },
  );
export const variantNotFound = (repository: string, variant: string, models: readonly SizedFile[]) =>
  new LikenessError(
    ErrorCode.SeveralModels,
    `The repository ${repository} has no variant "${variant}" of its model; it has ${list(models)}.`,
    { path: repository },
  );
/** `detail` continues "The hub … can't be used: ". */
export const unusableHub = (detail: string) =>
  usage(`The address of the hub (likeness.hub.endpoint, HF_ENDPOINT) can't be used: ${detail}.`);
/** @param proxy without a password */
export const unusableProxy = (proxy: string) =>
  usage(
    `The proxy ${proxy} can't be used for downloads; name one that begins with http://, https:// or socks5:// (http.proxy in VS Code, HTTPS_PROXY), or download on another machine and choose the files.`,
  );
export const hubUnreachable = (address: string, cause: unknown) =>
  new LikenessError(
    ErrorCode.HubUnreachable,
    `${address} can't be reached (${systemCodeOf(cause) ?? messageOf(cause)}); check the connection, name a proxy (http.proxy in VS Code, HTTPS_PROXY) or a mirror (likeness.hub.endpoint, HF_ENDPOINT), and run the command again, which goes on where it stopped.`,
    { cause },
  );
/** Older Nodes know no proxies. */
export const proxyUnsupported = (node: string) =>
  new LikenessError(
    ErrorCode.HubUnreachable,
    `A proxy is set (http.proxy in VS Code, HTTPS_PROXY), and Node ${node} can't use one; update VS Code, or run "likeness encoders add" with Node 22.21 or newer, or 24.5 or newer.`,
  );
export const hubBusy = (address: string, seconds: number | undefined) =>
  new LikenessError(
    ErrorCode.HubBusy,
    `${address} takes no more requests for the moment; try again ${seconds === undefined ? 'later' : `in ${formatDuration(seconds)}`}, or name a token ("Likeness: Set Hugging Face Token", HF_TOKEN), which may ask more often.`,
  );
/** An answer that makes no sense. `detail` continues the sentence. */
export const hubAnswer = (address: string, detail: string) =>
  new LikenessError(
    ErrorCode.HubAnswer,
    `${address} ${detail}; try again later, and check the mirror's address where one is set (likeness.hub.endpoint, HF_ENDPOINT).`,
  );
export const redirectRefused = (address: string, target: string) =>
  new LikenessError(
    ErrorCode.HubAnswer,
    `${address} sends the download on to ${target}, which is not encrypted and is refused; check the mirror's address where one is set (likeness.hub.endpoint, HF_ENDPOINT).`,
  );
/** What arrived isn't what the repository lists. */
export const downloadDamaged = (file: string, detail: string) =>
  new LikenessError(
    ErrorCode.DownloadDamaged,
    `${file} arrived damaged (${detail}) and was not kept; try again, and with another mirror (likeness.hub.endpoint, HF_ENDPOINT) if it stays so.`,
    { path: file },
  );
export const noRoomToDownload = (folder: string, needed: number, free: number) =>
  new LikenessError(
    ErrorCode.DiskFull,
    `The download needs ${formatBytes(needed)}, and the disk that holds ${folder} has ${formatBytes(free)} free; free some space, or keep downloads elsewhere (LIKENESS_CACHE).`,
    { path: folder },
  );
/** @param reference as it was written */
export const hubEncoderNotAdded = (reference: string, root: string | undefined) =>
  new LikenessError(
    ErrorCode.EncoderNotFound,
    `${root ?? 'The folder'} has no encoder of ${reference}; add it first ("likeness encoders add ${reference}").`,
    { path: reference },
  );
/** Several encoders of a dataset come from one repository. */
export const severalHubEncoders = (reference: string, ids: readonly string[]) =>
  usage(`Several encoders come from ${reference}; name one by its id: ${ids.join(', ')}.`);
export const notDownloaded = (repository: string, revision: string) =>
  new LikenessError(
    ErrorCode.Offline,
    `Offline, and the repository ${repository} (${revision}) was never asked for on this machine; run the command once with a connection, and without likeness.hub.offline or --offline.`,
    { path: repository },
  );
/** `files` are those of the repository that would be needed. */
export const filesNotDownloaded = (repository: string, files: readonly SizedFile[]) =>
  new LikenessError(
    ErrorCode.Offline,
    `Offline, and of the repository ${repository} ${list(files)} ${files.length === 1 ? 'is' : 'are'} missing on this machine; run the command once with a connection, and without likeness.hub.offline or --offline.`,
    { path: repository },
  );
/** A person said no. */
/** Without a terminal there is nobody to ask; what comes through a pipe may be meant for something else. */
export const downloadUnasked = () =>
  usage('Nothing was downloaded, as nobody can be asked without a terminal; add --yes to agree to the download.');
export const downloadDeclined = () => new LikenessError(ErrorCode.Cancelled, 'Nothing was downloaded.');

function list(files: readonly SizedFile[]): string {
  return files.map(({ path, size }) => `${path} (${formatBytes(size)})`).join(', ');
}
