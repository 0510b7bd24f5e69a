-- Lets a damaged snapshot count no more. It guarantees that the generation is the caller's and that an older snapshot
-- stays. The chunks stay for a while, for whoever wants to know what happened to them.
-- ARGV: 1 the nonce   2 the attempt   3 how long the chunks stay, ms
-- Answers {'OK'}, {'UNWANTED'} if it does not count anyway or is the oldest, or {'STALE', why}.

local stale = staleness(read_head(), ARGV[1])
if stale then
  return {'STALE', stale}
end
local manifests = read_manifests()
for i = 1, #manifests - 1 do
  if manifests[i].attempt == ARGV[2] then
    redis.call('HDEL', KEYS[4], ARGV[2])
    for chunk = 0, manifests[i].chunks - 1 do
      redis.call('PEXPIRE', chunk_key(ARGV[2], chunk), ARGV[3])
    end
    return {'OK'}
  end
end
return {'UNWANTED'}
