-- What all scripts of the log share. The keys always come in this order:
--   KEYS[1] the head      a hash: format, id, made (s), epoch and counter (of the last zxid), hash, floor-epoch,
--                         floor-counter and floor-hash (the position that the first entry of the stream follows), and
--                         the generation: generation-epoch, nonce, run-id, replid
--   KEYS[2] the log       a stream: the id is epoch-counter of the entry's last zxid; n requests, t(ime),
--                         i(ncarnation), s(equence), h(ash), p(ayload)
--   KEYS[3] the appenders a hash: incarnation -> last sequence, space, id of its entry; an R before it once retired
--   KEYS[4] the snapshots a hash: see snapshots.lua
-- Lua's numbers are doubles: epoch and counter are exact each, a zxid of both is not.

-- The decimal form of epoch * 2^32 + counter, exact up to 2^63: 2^32 is 4294 * 10^6 + 967296.
local function decimal(epoch, counter)
  local low = epoch * 967296 + counter
  local high = epoch * 4294 + math.floor(low / 1000000)
  if high == 0 then
    return string.format('%.0f', low)
  end
  return string.format('%.0f%06.0f', high, low % 1000000)
end

local function whole(number)
  return string.format('%.0f', number)
end

local function id_of(epoch, counter)
  return epoch .. '-' .. counter
end

local function is_before(epoch, counter, other_epoch, other_counter)
  local e, o = tonumber(epoch), tonumber(other_epoch)
  return e < o or (e == o and tonumber(counter) < tonumber(other_counter))
end

-- All fields of the head by name; nil if there is none.
local function read_head()
  local fields = redis.call('HGETALL', KEYS[1])
  if #fields == 0 then
    return nil
  end
  local head = {}
  for i = 1, #fields, 2 do
    head[fields[i]] = fields[i + 1]
  end
  return head
end

-- The value of a field of an entry as XRANGE returns it.
local function field_of(entry, name)
  for i = 1, #entry[2], 2 do
    if entry[2][i] == name then
      return entry[2][i + 1]
    end
  end
  return nil
end

-- Where a position stands: ON the chain, BELOW the floor, or NOT there.
local function place_of(head, epoch, counter, hash)
  if epoch == head['floor-epoch'] and counter == head['floor-counter'] then
    return hash == head['floor-hash'] and 'ON' or 'NOT'
  end
  if is_before(epoch, counter, head['floor-epoch'], head['floor-counter']) then
    return 'BELOW'
  end
  if epoch == head['epoch'] and counter == head['counter'] then
    return hash == head['hash'] and 'ON' or 'NOT'
  end
  local id = id_of(epoch, counter)
  local found = redis.call('XRANGE', KEYS[2], id, id)
  return found[1] and field_of(found[1], 'h') == hash and 'ON' or 'NOT'
end

local function info_of(section, name)
  local text = redis.call('INFO', section)
  return string.match(text, name .. ':([^\r\n]*)')
end

-- Nil if this process is the master that the generation was made on, and the caller has that generation. A master that
-- was demoted and promoted again has another replication id.
local function staleness(head, nonce)
  if not head then
    return 'NOHEAD'
  end
  if head['nonce'] ~= nonce then
    return 'GENERATION'
  end
  local text = redis.call('INFO', 'replication')
  if string.match(text, 'role:([^\r\n]*)') ~= 'master' then
    return 'ROLE'
  end
  if string.match(text, 'master_replid:([^\r\n]*)') ~= head['replid'] then
    return 'REPLID'
  end
  return nil
end
