import assert from 'node:assert/strict';
import { test } from 'node:test';
import { S3Failure, type S3FailureKind } from '../../../worker/store/s3-api.ts';
import { s3Failure } from '../../../worker/store/s3-failure.ts';

const thrown = (fields: object, message = 'said so'): Error => Object.assign(new Error(message), fields);

test('every kind of failure is told by code, name or status', () => {
  const cases: readonly (readonly [object, S3FailureKind, RegExp])[] = [
    [{ code: 'ECONNREFUSED' }, 'transient', /^connection refused \(ECONNREFUSED\)$/],
    [{ code: 'ECONNRESET', name: 'TimeoutError' }, 'transient', /cut \(ECONNRESET\)/],
    [{ code: 'HPE_INVALID_CONSTANT' }, 'transient', /no HTTP/],
    [{ code: 'EAI_AGAIN' }, 'transient', /name server/],
    [{ name: 'TimeoutError' }, 'transient', /^no answer in time$/],
    [
      { name: 'SlowDown', $metadata: { httpStatusCode: 503 } },
      'throttled',
      /^SlowDown: said so \(HTTP 503\)$/,
    ],
    [{ name: 'Whatever', $metadata: { httpStatusCode: 429 } }, 'throttled', /Whatever/],
    [{ name: 'Whatever', $metadata: { httpStatusCode: 502 } }, 'transient', /Whatever/],
    [{ name: 'NoSuchKey', $metadata: { httpStatusCode: 404 } }, 'absent', /NoSuchKey/],
    [{ name: 'NoSuchBucket', $metadata: { httpStatusCode: 404 } }, 'noBucket', /NoSuchBucket/],
    [{ name: 'NoSuchUpload', $metadata: { httpStatusCode: 404 } }, 'noUpload', /NoSuchUpload/],
    [{ name: 'PreconditionFailed', $metadata: { httpStatusCode: 412 } }, 'exists', /Precondition/],
    [{ name: 'ConditionalRequestConflict', $metadata: { httpStatusCode: 409 } }, 'transient', /Conflict/],
    [{ name: 'BucketNotEmpty', $metadata: { httpStatusCode: 409 } }, 'final', /BucketNotEmpty/],
    [{ name: 'ExpiredToken', $metadata: { httpStatusCode: 403 } }, 'denied', /ExpiredToken/],
    [{ name: 'CredentialsProviderError' }, 'denied', /said so/],
    [
      { name: 'RequestTimeTooSkewed', $metadata: { httpStatusCode: 403, clockSkewCorrected: true } },
      'transient',
      /Skewed/,
    ],
    [{ name: 'RequestTimeTooSkewed', $metadata: { httpStatusCode: 403 } }, 'denied', /Skewed/],
    [{ code: 'CERT_HAS_EXPIRED' }, 'final', /^it failed: said so$/],
    [
      { name: 'InvalidArgument', $metadata: { httpStatusCode: 400, requestId: 'r-1' } },
      'final',
      /^InvalidArgument: said so \(HTTP 400, request r-1\)$/,
    ],
  ];
  for (const [fields, kind, message] of cases) {
    const failure = s3Failure(thrown(fields));
    assert.equal(failure.kind, kind, JSON.stringify(fields));
    assert.match(failure.message, message);
  }
  assert.equal(s3Failure('a string').kind, 'final');
  assert.match(
    s3Failure(thrown({ name: 'Unknown', $metadata: { httpStatusCode: 403 } }, 'UnknownError')).message,
    /^it failed \(HTTP 403\)$/,
  );
  const own = new S3Failure('final', 'own');
  assert.equal(s3Failure(own), own);
});

test('the wait that a server asks for is read from Retry-After', () => {
  const asked = (value: string): number =>
    s3Failure(thrown({ name: 'SlowDown', $response: { headers: { 'retry-after': value } } })).retryAfterMs;
  assert.equal(asked('3'), 3000);
  assert.equal(asked('0.5'), 500);
  for (const odd of ['', '-1', 'soon', 'Wed, 21 Oct 2015 07:28:00 GMT', 'Infinity'])
    assert.equal(asked(odd), 0, odd);
});

test('a failure holds neither the request nor a long text', () => {
  const failure = s3Failure(
    thrown(
      { name: 'Odd', $response: { headers: { authorization: 'secret' } }, request: 'secret' },
      'x\n'.repeat(1000),
    ),
  );
  assert.equal(failure.cause, undefined);
  assert.deepEqual(Object.keys(failure).sort(), ['kind', 'name', 'retryAfterMs']);
  assert.ok(failure.message.length < 400 && !failure.message.includes('\n'));
});
