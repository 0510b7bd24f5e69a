-- Appends one entry. It guarantees:
--   * the generation is the caller's, this process is the master it was made on, and the caller's position is on the
--     chain: nobody builds on a history that is gone;
--   * the caller's incarnation is not retired and its last entry is the one the caller says: of several appends that
--     are under way, one that comes after one that failed fails too, and none happens twice;
--   * zxids only grow, and all of a batch are of one epoch;
--   * the head is written last, so that it never names an entry that is not there.
-- ARGV: 1 the nonce   2-4 epoch, counter, hash of the caller's position   5 its incarnation   6 the sequence of its
--       entry before   7 the sequence   8 how many requests   9 SHA-256 of the payload   10 the payload
--       11 the channel of the hint
-- Answers {'OK', epoch, counter, hash, time (ms), epoch, counter, hash of the entry before}, {'BEHIND'} if one that it
-- was sent after was not appended, {'APART', place} if the position is not on the chain, or {'STALE', why}.

local MAX_COUNTER = 4294967295

local head = read_head()
local stale = staleness(head, ARGV[1])
if stale then
  return {'STALE', stale}
end
local place = place_of(head, ARGV[2], ARGV[3], ARGV[4])
if place ~= 'ON' then
  return {'APART', place}
end
local record = redis.call('HGET', KEYS[3], ARGV[5])
local last_sequence = record and string.match(record, '^(%d+) ')
if not last_sequence then
  return {'STALE', 'APPENDER'}
end
if last_sequence ~= ARGV[6] then
  return {'BEHIND'}
end

local count = tonumber(ARGV[8])
local epoch, counter = tonumber(head['epoch']), tonumber(head['counter'])
if tonumber(head['generation-epoch']) > epoch then
  epoch, counter = tonumber(head['generation-epoch']), 0
elseif count > MAX_COUNTER - counter then
  epoch, counter = epoch + 1, 0
end
local last = counter + count
local now = redis.call('TIME')
local time = whole(now[1] * 1000 + math.floor(now[2] / 1000))
local line = table.concat({head['hash'], decimal(epoch, counter + 1), decimal(epoch, last), time, ARGV[9]}, ':')
local hash = redis.sha1hex(line)
local last_epoch, last_counter = whole(epoch), whole(last)
local id = id_of(last_epoch, last_counter)
redis.call('XADD', KEYS[2], id, 'n', ARGV[8], 't', time, 'i', ARGV[5], 's', ARGV[7], 'h', hash, 'p', ARGV[10])
redis.call('HSET', KEYS[3], ARGV[5], ARGV[7] .. ' ' .. id)
redis.call('HSET', KEYS[1], 'epoch', last_epoch, 'counter', last_counter, 'hash', hash)
redis.pcall('PUBLISH', ARGV[11], ARGV[5])
return {'OK', last_epoch, last_counter, hash, time, head['epoch'], head['counter'], head['hash']}
