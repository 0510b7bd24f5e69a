-- Drops some of the entries that the older of the two kept snapshots covers. It guarantees:
--   * the generation is the caller's;
--   * the floor is raised first, and never beyond that snapshot: what the floor says is missing may still be there for
--     a while, but nothing is missing that it does not say;
--   * one call takes no longer than so many entries do.
-- ARGV: 1 the nonce   2 about how many entries
-- Answers {'MORE'}, {'OK'} once there are none left, or {'STALE', why}.

local head = read_head()
local stale = staleness(head, ARGV[1])
if stale then
  return {'STALE', stale}
end
local older = read_manifests()[2]
if older and is_before(head['floor-epoch'], head['floor-counter'], older.epoch, older.counter) then
  local place = place_of(head, older.epoch, older.counter, older.hash)
  if place ~= 'ON' then
    return {'STALE', place}
  end
  redis.call('HSET', KEYS[1], 'floor-epoch', older.epoch, 'floor-counter', older.counter, 'floor-hash', older.hash)
  head['floor-epoch'], head['floor-counter'] = older.epoch, older.counter
end
-- A stream is made of nodes of some entries each, and only whole ones go cheaply; the last one is cut exactly.
local first = id_of(head['floor-epoch'], whole(tonumber(head['floor-counter']) + 1))
if redis.call('XTRIM', KEYS[2], 'MINID', '~', first, 'LIMIT', ARGV[2]) > 0 then
  return {'MORE'}
end
redis.call('XTRIM', KEYS[2], 'MINID', first)
return {'OK'}
