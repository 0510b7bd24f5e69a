-- Tells which snapshots count, the newest first, and where their positions stand. It guarantees that the generation is
-- the caller's. It changes nothing.
-- ARGV: 1 the nonce
-- Answers {'OK', epoch, counter, hash of the floor, then of each snapshot attempt, manifest, place}, or {'STALE', why}.

local head = read_head()
local stale = staleness(head, ARGV[1])
if stale then
  return {'STALE', stale}
end
local answer = {'OK', head['floor-epoch'], head['floor-counter'], head['floor-hash']}
for _, manifest in ipairs(read_manifests()) do
  answer[#answer + 1] = manifest.attempt
  answer[#answer + 1] = manifest.text
  answer[#answer + 1] = place_of(head, manifest.epoch, manifest.counter, manifest.hash)
end
return answer
