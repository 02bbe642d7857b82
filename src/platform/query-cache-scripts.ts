/** Milliseconds by Redis's own clock, which all processes share. */
const now = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
`;

/** A version that nobody has read for so long may go: what was kept under it went before. Milliseconds. */
const versionMs = 60 * 60_000;

/**
 * KEYS: the answer, the epoch, the versions, the marks of as many topics. ARGV: a word for versions that are not there.
 * Returns `mark`, or `hit` with the text and its age in milliseconds, or `miss` with the stamp of this moment.
 */
export const findAnswer = `${now}
local topics = (#KEYS - 2) / 2
for i = 3 + topics, #KEYS do
  if redis.call('ZCOUNT', KEYS[i], now, '+inf') > 0 then return {'mark'} end
end
local versions = redis.call('MGET', unpack(KEYS, 2, 2 + topics))
for i = 1, #versions do
  if not versions[i] then
    redis.call('SET', KEYS[i + 1], ARGV[1], 'PX', ${versionMs})
    versions[i] = ARGV[1]
  end
end
local stamp = table.concat(versions, ' ')
local kept = redis.call('HMGET', KEYS[1], 'stamp', 'text', 'at')
if kept[1] == stamp then return {'hit', kept[2], now - kept[3]} end
return {'miss', stamp}
`;

/** KEYS: the answer. ARGV: its stamp, its text, how long to keep it in milliseconds. */
export const keepAnswer = `${now}
redis.call('HSET', KEYS[1], 'stamp', ARGV[1], 'text', ARGV[2], 'at', string.format('%d', now))
redis.call('PEXPIRE', KEYS[1], ARGV[3])
`;

/** KEYS: marks. ARGV: the write, how long its mark stands should it never end, in milliseconds. */
export const markRows = `${now}
for i = 1, #KEYS do
  redis.call('ZREMRANGEBYSCORE', KEYS[i], '-inf', now)
  redis.call('ZADD', KEYS[i], now + ARGV[2], ARGV[1])
  redis.call('PEXPIRE', KEYS[i], ARGV[2])
end
return 1
`;

/** KEYS: versions, then as many marks. ARGV: the write, which is the new version as well. */
export const settleRows = `
local topics = #KEYS / 2
for i = 1, topics do
  redis.call('SET', KEYS[i], ARGV[1], 'PX', ${versionMs})
  redis.call('ZREM', KEYS[i + topics], ARGV[1])
end
return 1
`;
