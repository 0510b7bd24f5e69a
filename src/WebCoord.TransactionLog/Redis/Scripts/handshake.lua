-- Agrees with an instance on the generation of the log. It guarantees:
--   * nothing is changed unless the answer is OK, and a log is only begun where there are no keys of one;
--   * a log that the caller does not know is never taken for the one it knows: that is LOST; and so is one that lacks
--     not only the caller's last entry but the oldest it can tell, for an old copy must not cost the newer ones;
--   * the caller's old incarnation appends nothing after this, whatever of it is still under way, and the answer says
--     how far it came; asked again, the answer is the same;
--   * the head names this Redis process and its history as a master; where it did not, or where the caller has seen
--     entries that are gone or of another log, a new generation begins with an epoch that was never used.
-- ARGV: 1 the id of the log the caller knows, or ''   2 the id of a new log   3 '1' if one may be begun
--       4 a new nonce   5-7 epoch, counter, hash of the caller's position, or ''   8 its old incarnation, or ''
--       9 its new incarnation   10 the last sequence it has used   11-13 epoch, counter, hash that a new log follows
--       14-16 epoch, counter, hash of the oldest position on the chain that the caller can tell, or ''
--       17 the epoch of what it has seen of a log that it gives up for this one, or ''
-- Answers {'OK', place, id, nonce, head (3), floor (3), last sequence of the old incarnation or ''},
-- or {'LOST', why}, {'NONE'}, {'DAMAGED', why}, {'FORMAT', format}, {'ROLE', role}.

-- Appenders that are looked through for those that ended long ago.
local MAX_APPENDERS = 256

local role = info_of('replication', 'role')
if role ~= 'master' then
  return {'ROLE', role}
end
local run_id, replid = info_of('server', 'run_id'), info_of('replication', 'master_replid')
local time = redis.call('TIME')
local now = tonumber(time[1])

-- Epochs from here on are not taken from the clock: there are 2^31.
local CLOCK_EPOCHS = 1073741824

-- Quarters of a second since the log was made, so that an epoch which was used by a generation whose every trace was
-- lost is not used again. Where the clock is behind the epochs that are known, or several generations begin at once,
-- some more than the last of them; how many more, the nonce decides, for the same reason.
local function new_epoch(head, caller)
  local least = math.max(tonumber(head['epoch']), tonumber(head['generation-epoch']), caller) + 1
  local age = (now - tonumber(head['made'])) * 4 + math.floor(tonumber(time[2]) / 250000)
  if age > least and age < CLOCK_EPOCHS then
    return age
  end
  return least < CLOCK_EPOCHS and least + tonumber(string.sub(ARGV[4], 1, 3), 16) % 1024 or least
end

-- What is wrong with the end of the stream; nil if it is where the head says.
local function damage_of(head)
  local last = redis.call('XREVRANGE', KEYS[2], '+', '-', 'COUNT', 1)[1]
  local id = id_of(head['epoch'], head['counter'])
  if not last then
    return id ~= id_of(head['floor-epoch'], head['floor-counter']) and 'there are no entries up to ' .. id or nil
  end
  if last[1] ~= id or field_of(last, 'h') ~= head['hash'] then
    return 'the last entry is ' .. last[1] .. ' where the head says ' .. id
  end
  return nil
end

local function install(head, epoch)
  head['generation-epoch'], head['nonce'], head['run-id'], head['replid'] = whole(epoch), ARGV[4], run_id, replid
  redis.call('HSET', KEYS[1], 'generation-epoch', head['generation-epoch'], 'nonce', ARGV[4], 'run-id', run_id,
    'replid', replid)
end

local function begin_log()
  local head = {format = '1', id = ARGV[2], made = whole(now), epoch = ARGV[11], counter = ARGV[12], hash = ARGV[13],
    ['floor-epoch'] = ARGV[11], ['floor-counter'] = ARGV[12], ['floor-hash'] = ARGV[13]}
  for name, value in pairs(head) do
    redis.call('HSET', KEYS[1], name, value)
  end
  install(head, tonumber(head['epoch']))
  return head
end

local function forget_old_appenders(head)
  if redis.call('HLEN', KEYS[3]) <= MAX_APPENDERS then
    return
  end
  local records = redis.call('HGETALL', KEYS[3])
  for i = 1, #records, 2 do
    local epoch, counter = string.match(records[i + 1], ' (%d+)-(%d+)')
    if records[i] ~= ARGV[8] and is_before(epoch, counter, head['floor-epoch'], head['floor-counter']) then
      redis.call('HDEL', KEYS[3], records[i])
    end
  end
end

local function retire(incarnation)
  local record = incarnation ~= '' and redis.call('HGET', KEYS[3], incarnation)
  if not record then
    return ''
  end
  local last, at = string.match(record, '^R?(%d+) (.*)$')
  redis.call('HSET', KEYS[3], incarnation, 'R' .. last .. ' ' .. at)
  return last
end

local head = read_head()
if not head then
  for i = 2, 4 do
    if redis.call('EXISTS', KEYS[i]) == 1 then
      return {ARGV[1] == '' and 'DAMAGED' or 'LOST', 'there is ' .. KEYS[i] .. ' but no ' .. KEYS[1]}
    end
  end
  if ARGV[1] ~= '' then
    return {'LOST', 'it is empty'}
  end
  if ARGV[3] ~= '1' then
    return {'NONE'}
  end
  head = begin_log()
end
if head['format'] ~= '1' then
  return {'FORMAT', head['format'] or ''}
end
if ARGV[1] ~= '' and head['id'] ~= ARGV[1] then
  return {'LOST', 'it holds another log'}
end
local damage = damage_of(head)
if damage then
  return {ARGV[1] == '' and 'DAMAGED' or 'LOST', damage}
end

local place, caller = 'NONE', tonumber(ARGV[17]) or -1
if ARGV[5] ~= '' then
  place, caller = place_of(head, ARGV[5], ARGV[6], ARGV[7]), tonumber(ARGV[5])
end
if ARGV[1] ~= '' and place == 'NOT' and place_of(head, ARGV[14], ARGV[15], ARGV[16]) == 'NOT' then
  return {'LOST', 'it is an old copy, from before all that this instance can compare'}
end
if head['run-id'] ~= run_id or head['replid'] ~= replid
  or (place ~= 'ON' and place ~= 'BELOW' and caller >= tonumber(head['generation-epoch'])) then
  install(head, new_epoch(head, caller))
end
local last = retire(ARGV[8])
forget_old_appenders(head)
redis.call('HSET', KEYS[3], ARGV[9], ARGV[10] .. ' ' .. id_of(head['epoch'], head['counter']))
return {'OK', place, head['id'], head['nonce'], head['epoch'], head['counter'], head['hash'],
  head['floor-epoch'], head['floor-counter'], head['floor-hash'], last}
