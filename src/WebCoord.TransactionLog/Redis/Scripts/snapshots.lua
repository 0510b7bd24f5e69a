-- What the scripts about snapshots share.
--   KEYS[4] the manifests, a hash: the attempt that wrote a snapshot -> epoch, counter and hash of its position, how
--           many chunks it has, their bytes and SHA-256, the id of the log, and the writer

-- The newest first; one that cannot be read counts as the oldest there can be.
local function read_manifests()
  local fields = redis.call('HGETALL', KEYS[4])
  local manifests = {}
  for i = 1, #fields, 2 do
    local epoch, counter, hash, chunks = string.match(fields[i + 1], '^(%d+) (%d+) (%x+) (%d+) ')
    manifests[#manifests + 1] = {attempt = fields[i], text = fields[i + 1], epoch = epoch or '0',
      counter = counter or '0', hash = hash or '', chunks = tonumber(chunks or 0),
      writer = string.match(fields[i + 1], '(%x+)$')}
  end
  table.sort(manifests, function(one, other)
    return is_before(other.epoch, other.counter, one.epoch, one.counter)
  end)
  return manifests
end

-- Judges what the writer of a snapshot comes with: ARGV 1 the nonce, 2-4 epoch, counter and hash of its position.
-- Answers the head and the snapshots that count; or nil and what to tell the writer: that its generation is over, or
-- that there is one as new.
local function judge()
  local head = read_head()
  local stale = staleness(head, ARGV[1])
  if stale then
    return nil, {'STALE', stale}
  end
  local place = place_of(head, ARGV[2], ARGV[3], ARGV[4])
  if place == 'NOT' then
    return nil, {'STALE', place}
  end
  local manifests = read_manifests()
  local newest = manifests[1]
  if place == 'BELOW' or (newest and not is_before(newest.epoch, newest.counter, ARGV[2], ARGV[3])) then
    return nil, {'UNWANTED'}
  end
  return head, manifests
end

-- The keys of chunks are called like that of the manifests, without its last letter.
local function chunk_key(attempt, index)
  return string.sub(KEYS[4], 1, -2) .. ':' .. attempt .. ':' .. whole(index)
end

-- Makes a snapshot count, and its chunks stay. Nil if one of them is not there any more, or they are not what was
-- written; then nothing is changed.
local function keep(log_id, epoch, counter, hash, attempt, chunks, bytes, digest, writer)
  local found = 0
  for i = 0, chunks - 1 do
    found = found + redis.call('STRLEN', chunk_key(attempt, i))
  end
  if whole(found) ~= bytes then
    return nil
  end
  for i = 0, chunks - 1 do
    redis.call('PERSIST', chunk_key(attempt, i))
  end
  redis.call('HSET', KEYS[4], attempt,
    table.concat({epoch, counter, hash, whole(chunks), bytes, digest, log_id, writer}, ' '))
  return true
end
