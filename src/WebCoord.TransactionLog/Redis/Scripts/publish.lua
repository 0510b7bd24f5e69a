-- Makes a snapshot count whose chunks were written. It guarantees:
--   * the generation is the caller's, and the snapshot's position is on the chain;
--   * it is newer than all others, and all its chunks are there, which from now on never expire;
--   * this one and the newest before it are kept, and nothing of any other that counted.
-- KEYS: 5 the claim   ARGV: 1 the nonce   2-4 epoch, counter, hash of the position   5 the attempt   6 its chunks
--       7 their bytes   8 their SHA-256   9 the writer
-- Answers {'OK'}, {'UNWANTED'} if another is as new, {'GONE'} if chunks have expired, or {'STALE', why}.

local head, manifests = judge()
if not head then
  return manifests
end
if redis.call('GET', KEYS[5]) == ARGV[9] then
  redis.call('DEL', KEYS[5])
end
if not keep(head['id'], ARGV[2], ARGV[3], ARGV[4], ARGV[5], tonumber(ARGV[6]), ARGV[7], ARGV[8], ARGV[9]) then
  return {'GONE'}
end
for i = 2, #manifests do
  redis.call('HDEL', KEYS[4], manifests[i].attempt)
  for chunk = 0, manifests[i].chunks - 1 do
    redis.call('UNLINK', chunk_key(manifests[i].attempt, chunk))
  end
end
return {'OK'}
