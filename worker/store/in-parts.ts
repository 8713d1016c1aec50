/** The bytes of `body` in parts of exactly `partBytes` (the last is shorter, and empty only for an empty body). Chunks are copied. */
export async function* inParts(
  body: AsyncIterable<Uint8Array>,
  partBytes: number,
  signal?: AbortSignal,
): AsyncGenerator<Uint8Array> {
  let chunks: Uint8Array[] = [];
  let gathered = 0;
  let any = false;
  for await (const chunk of body) {
    signal?.throwIfAborted();
    for (let at = 0; at < chunk.length; ) {
      if (gathered === partBytes) {
        yield Buffer.concat(chunks);
        any = true;
        chunks = [];
        gathered = 0;
      }
      const piece = Uint8Array.from(chunk.subarray(at, at + partBytes - gathered));
      chunks.push(piece);
      gathered += piece.length;
      at += piece.length;
    }
  }
  signal?.throwIfAborted();
  if (gathered > 0 || !any) yield Buffer.concat(chunks);
}
