-- Asks whether a snapshot is wanted. It guarantees that the generation is the caller's and that its position is on the
-- chain; and that of several writers who come with nearly the same state, one is told yes.
-- KEYS: 5 the claim   ARGV: 1 the nonce   2-4 epoch, counter, hash of the position   5 the writer
--       6 how long the claim lasts unless it is renewed, ms
-- Answers {'OK'}, {'UNWANTED'}, or {'STALE', why}.

-- Of another writer's snapshot: whether so little came after it, compared with what lies between the two that are kept,
-- that another one is not worth its bytes.
local function is_hardly_older(head, newest, older)
  local epoch = older and older.epoch or head['floor-epoch']
  local counter = older and older.counter or head['floor-counter']
  if newest.epoch ~= ARGV[2] or newest.epoch ~= epoch then
    return false
  end
  return tonumber(ARGV[3]) - tonumber(newest.counter) < 0.75 * (tonumber(newest.counter) - tonumber(counter))
end

local head, manifests = judge()
if not head then
  return manifests
end
local newest = manifests[1]
if newest and newest.writer ~= ARGV[5] and is_hardly_older(head, newest, manifests[2]) then
  return {'UNWANTED'}
end
local writer = redis.call('GET', KEYS[5])
if writer and writer ~= ARGV[5] then
  return {'UNWANTED'}
end
redis.call('SET', KEYS[5], ARGV[5], 'PX', ARGV[6])
return {'OK'}
