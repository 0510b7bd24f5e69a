-- Reads entries after an id, in order. It guarantees that the answer is no larger than so many bytes and one entry,
-- whatever their sizes. A fixed number of entries may be next to nothing, or more than a connection carries in time. It
-- changes nothing, and looks at nothing but the stream.
-- ARGV: 1 the id   2 entries at most   3 bytes of payload after which no more are added
-- Answers the entries, as XRANGE does.

local entries, bytes, after = {}, 0, ARGV[1]
while #entries < tonumber(ARGV[2]) and bytes < tonumber(ARGV[3]) do
  local entry = redis.call('XRANGE', KEYS[2], '(' .. after, '+', 'COUNT', 1)[1]
  if not entry then
    break
  end
  entries[#entries + 1] = entry
  bytes = bytes + #(field_of(entry, 'p') or '')
  after = entry[1]
end
return entries
