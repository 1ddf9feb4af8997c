/** Ids of the encoders that have shipped and will: the number rises with each. */
const shipped = /^likeness-(\d{1,6})$/;
const exact = /^(.+)@([0-9a-f]{64})$/;

/** Which of the encoders that ship an id stands for, or undefined for any other encoder. */
export function shippedVersion(id: string): number | undefined {
  const number = shipped.exec(id)?.[1];
  return number === undefined ? undefined : Number(number);
}

/** Names one version of an encoder by its identity, as the same id may stand for other weights after an update. */
export function exactReference(id: string, identity: string): string {
  return `${id}@${identity}`;
}

/** The parts of what `exactReference` wrote, or undefined for a reference of another kind. */
export function parseExactReference(reference: string): { readonly id: string; readonly identity: string } | undefined {
  const [, id, identity] = exact.exec(reference) ?? [];
  return id === undefined || identity === undefined ? undefined : { id, identity };
}
