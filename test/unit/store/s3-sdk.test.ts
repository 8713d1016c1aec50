import assert from 'node:assert/strict';
import { it } from 'node:test';
import { s3Client } from '../../../worker/store/s3-client.ts';
import { S3Sdk } from '../../../worker/store/s3-sdk.ts';

it('an endpoint is shown without credentials', () => {
  const shown = (endpoint: string): string => new S3Sdk(s3Client({ endpoint }), 'bucket', endpoint).endpoint;
  assert.equal(shown('https://s3.example.org:9000'), 'https://s3.example.org:9000');
  assert.equal(shown('http://me:hu@sh@127.0.0.1:1/x'), 'http://127.0.0.1:1/x');
});
