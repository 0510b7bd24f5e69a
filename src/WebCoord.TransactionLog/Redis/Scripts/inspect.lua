-- Tells whether the keys are those of a log, or free. It changes nothing.
-- Answers {'OK'}, or {'FOREIGN', key, what it is}.

local kinds = {'hash', 'stream', 'hash', 'hash'}
for i = 1, 4 do
  local kind = redis.call('TYPE', KEYS[i]).ok
  if kind ~= 'none' and kind ~= kinds[i] then
    return {'FOREIGN', KEYS[i], 'a ' .. kind}
  end
end
if redis.call('EXISTS', KEYS[1]) == 1
  and (redis.call('HEXISTS', KEYS[1], 'format') == 0 or redis.call('HEXISTS', KEYS[1], 'id') == 0) then
  return {'FOREIGN', KEYS[1], 'a hash without the fields of a log'}
end
return {'OK'}
