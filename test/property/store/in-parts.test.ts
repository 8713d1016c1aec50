import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { inParts } from '../../../worker/store/in-parts.ts';

test('parts are full but for the last, and joined they are the body, whatever its chunks', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 20 }),
      fc.integer({ min: 1, max: 30 }),
      async (chunks, partBytes) => {
        const body = Buffer.concat(chunks);
        async function* reusing(): AsyncGenerator<Uint8Array> {
          const buffer = new Uint8Array(40);
          for (const chunk of chunks) {
            buffer.set(chunk);
            yield buffer.subarray(0, chunk.length);
            buffer.fill(0xee);
          }
        }
        const parts: Uint8Array[] = [];
        for await (const part of inParts(reusing(), partBytes)) parts.push(part);
        assert.ok(Buffer.concat(parts).equals(body));
        assert.equal(parts.length, Math.max(1, Math.ceil(body.length / partBytes)));
        for (const part of parts.slice(0, -1)) assert.equal(part.length, partBytes);
      },
    ),
  );
});
