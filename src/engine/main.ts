/**
 * The engine process: one per window, forked by the extension with `serialization: 'advanced'`. It ends when its parent
 * goes away.
 */
import { createMessageConnection, IPCMessageReader, IPCMessageWriter } from 'vscode-jsonrpc/node';
import { asLikenessError, engineVersion } from '../core/errors.ts';
import { PROTOCOL_VERSION, type EngineRequests } from '../protocol/engine.ts';
import { logNotification, serveRequests } from '../protocol/rpc.ts';
import { liftMarks } from './encoders/providers/providerUse.ts';
import { Engine } from './engine.ts';
import { engineOptions } from './machine.ts';

const engine = new Engine(engineOptions());
const connection = createMessageConnection(new IPCMessageReader(process), new IPCMessageWriter(process));

const log = (level: 'info' | 'warn' | 'error', text: string) => {
  void connection.sendNotification(logNotification, { level, text });
};

serveRequests<EngineRequests>(connection, {
  'engine/handshake': ({ protocol }) => {
    if (protocol !== PROTOCOL_VERSION) throw engineVersion(String(protocol), String(PROTOCOL_VERSION));
    return { protocol: PROTOCOL_VERSION, pid: process.pid };
  },
  'index/run': async (params, job) => {
    const report = await engine.indexFolder(params, job);
    const { root, images, embedded, failed, seconds } = report;
    log('info', `Indexed ${root}: ${images} images, ${embedded} embedded, ${failed.length} failed, ${seconds} s`);
    return report;
  },
  'index/summary': (params) => engine.summary(params),
  'search/similar': (params, { signal }) => engine.similar(params, signal),
  'search/text': (params, job) => engine.texts.search(params, job),
  'images/thumbnails': (params) => engine.thumbnails(params),
  'augmentations/views': (params, job) => engine.augmentations.views(params, job),
  'augmentations/sensitivity': (params, job) => engine.augmentations.sensitivity(params, job),
  'augmentations/batch': (params, job) => engine.augmentations.batch(params, job),
  'augmentations/save': (params) => engine.augmentations.save(params),
  'check/run': (params, job) => engine.check(params, job),
  'selection/select': (params, job) => engine.curation.select(params, job),
  'selection/split': (params, job) => engine.curation.split(params, job),
  'exchange/export': (params, job) => engine.exchange.export(params, job),
  'exchange/import': (params, job) => engine.exchange.import(params, job),
  'check/last': (params) => engine.curation.last(params),
  'review/images': (params) => engine.review.images(params),
  'review/difference': (params, job) => engine.review.difference(params, job),
  'review/preview': (params) => engine.review.preview(params),
  'review/decisions': (params) => engine.review.decisions(params),
  'decisions/pair': (params) => engine.decisions.pair(params),
  'decisions/decide': (params) => engine.decisions.decide(params),
  'decisions/take': (params) => engine.decisions.take(params),
  'decisions/undo': (params) => engine.decisions.undo(params),
  'decisions/redo': (params) => engine.decisions.redo(params),
  'decisions/history': (params) => engine.decisions.history(params),
  'decisions/quarantined': (params) => engine.decisions.quarantined(params),
  'decisions/problems': (params) => engine.decisions.problems(params),
  'decisions/list': (params) => engine.decisions.list(params),
  'filters/match': (params) => engine.filters.match(params),
  'filters/mask': (params) => engine.filters.mask(params),
  'filters/rows': (params) => engine.filters.rows(params),
  'filters/subjects': (params) => engine.filters.subjects(params),
  'views/list': (params) => engine.filters.list(params),
  'views/save': (params) => engine.filters.save(params),
  'views/remove': (params) => engine.filters.remove(params),
  'encoders/list': (params, { signal }) => engine.listEncoders(params, signal),
  'encoders/add': ({ file, folder }) => engine.addEncoder(file, folder),
  'hub/offers': () => engine.hub.offers(),
  'hub/plans': (params, job) => engine.hub.plans(params, job),
  'hub/download': ({ plan, connection }, job) => engine.hub.download(plan, job, connection),
  'hub/add': ({ plan, file, folder }) => engine.hub.add(plan, file, engine.rootOf(folder)),
  'encoders/choose': ({ encoder, folder }) => engine.chooseEncoder(encoder, folder),
  'labels/preview': (params) => engine.labelFiles.preview(params),
  'labels/apply': (params) => engine.labelFiles.apply(params),
  'labels/propose': (params, job) => engine.label(params, job),
  'evaluation/run': (params, job) => engine.evaluate(params, job),
  'predictions/run': (params, job) => engine.predict(params, job),
  'maps/open': (params, job) => engine.maps.open(params, job),
  'maps/live': (params) => engine.maps.live(params),
  'maps/columns': (params) => engine.maps.columns(params),
  'maps/neighbors': (params) => engine.maps.neighbors(params),
  'maps/similarities': (params) => engine.maps.similarities(params),
  'maps/classWords': (params) => engine.maps.classWords(params),
  'maps/compare': (params) => engine.maps.compare(params),
  'matrix/compare': (params, job) => engine.compareImages(params, job),
  'runs/list': (params) => engine.listRuns(params),
  'runs/metrics': (params) => engine.runMetrics(params),
  'runs/maps': (params, job) => engine.runMaps(params, job),
  'runs/delete': (params) => engine.deleteRun(params),
  'captions/of': (params) => engine.captions.of(params),
  'captions/source': (params) => engine.captions.source(params),
  'captions/reader': (params) => engine.captions.reader(params),
  'captions/neighbors': (params, job) => engine.captions.neighbors(params, job),
  'captions/matrix': (params, job) => engine.captions.matrix(params, job),
  'viewer/image': (params) => engine.viewer.image(params),
  'viewer/picture': (params) => engine.viewer.picture(params),
  'doctor/run': (params, job) => engine.doctor(params, job),
});
connection.listen();

process.on('disconnect', () => {
  // Nobody is left to answer to. Leaving through Node would stop the inference thread within a native call, which aborts;
  // the index is made to survive this.
  liftMarks();
  process.kill(process.pid, 'SIGKILL');
});
// A stray rejection must not end the process and with it every running job.
process.on('unhandledRejection', (reason) => {
  log('error', `Unhandled: ${asLikenessError(reason).stack ?? String(reason)}`);
});
