-- Tells the head, and where a position of the caller stands. It guarantees that the generation is the caller's and that
-- this process is the master it was made on. It changes nothing.
-- ARGV: 1 the nonce   2-4 epoch, counter, hash of a position
-- Answers {'OK', place, head (3), floor (3)}, or {'STALE', why}.

local head = read_head()
local stale = staleness(head, ARGV[1])
if stale then
  return {'STALE', stale}
end
return {'OK', place_of(head, ARGV[2], ARGV[3], ARGV[4]), head['epoch'], head['counter'], head['hash'],
  head['floor-epoch'], head['floor-counter'], head['floor-hash']}
