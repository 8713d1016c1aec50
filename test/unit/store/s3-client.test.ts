import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { s3Client } from '../../../worker/store/s3-client.ts';

const was = process.env.AWS_REGION;

before(() => {
  process.env.AWS_REGION = 'eu-central-7';
});

after(() => {
  if (was === undefined) delete process.env.AWS_REGION;
  else process.env.AWS_REGION = was;
});

it('the region of the machine is asked for once, not for every request', async () => {
  const { config } = s3Client({});
  assert.equal(await config.region(), 'eu-central-7');
  process.env.AWS_REGION = 'eu-central-8';
  assert.equal(await config.region(), 'eu-central-7');
  assert.equal(await s3Client({}).config.region(), 'eu-central-8');
});

it('a given region wins', async () => {
  assert.equal(await s3Client({ region: 'us-east-9' }).config.region(), 'us-east-9');
});
