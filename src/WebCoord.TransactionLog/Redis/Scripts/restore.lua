-- Begins a lost log anew with a snapshot whose chunks were written. It guarantees that there was nothing of a log, and
-- that the log which there is afterwards is the one of the given id, right after the snapshot's position. Its
-- generation is nobody's: the next handshake makes one, with a higher epoch. What counts as the time when the log was
-- made is so long ago that epochs which were used go by no more (see handshake.lua: four a second).
-- ARGV: 1 the id of the log   2-4 epoch, counter, hash of the position   5 the attempt   6 its chunks   7 their bytes
--       8 their SHA-256   9 the writer   10 a nonce that nobody knows
-- Answers {'OK'}, {'THERE', key} if there is something, {'GONE'} if chunks have expired, or {'ROLE', role}.

local role = info_of('replication', 'role')
if role ~= 'master' then
  return {'ROLE', role}
end
for i = 1, 4 do
  if redis.call('EXISTS', KEYS[i]) == 1 then
    return {'THERE', KEYS[i]}
  end
end
if not keep(ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5], tonumber(ARGV[6]), ARGV[7], ARGV[8], ARGV[9]) then
  return {'GONE'}
end
local made = whole(redis.call('TIME')[1] - math.ceil(tonumber(ARGV[2]) / 4))
redis.call('HSET', KEYS[1], 'format', '1', 'id', ARGV[1], 'made', made,
  'epoch', ARGV[2], 'counter', ARGV[3], 'hash', ARGV[4],
  'floor-epoch', ARGV[2], 'floor-counter', ARGV[3], 'floor-hash', ARGV[4],
  'generation-epoch', ARGV[2], 'nonce', ARGV[10], 'run-id', '', 'replid', '')
return {'OK'}
