-- What wrk sends: the same POST again and again. SIZE bytes a record, LINES records a request (NDJSON where it is more
-- than one), TYPE the content type. The summary goes out as one JSON line.
local size = tonumber(os.getenv("SIZE") or "100")
local lines = tonumber(os.getenv("LINES") or "1")
local record = '{"p":"' .. string.rep("x", size - 8) .. '"}'
local request_text

function init()
  wrk.method = "POST"
  wrk.headers["Content-Type"] = os.getenv("TYPE") or "application/json"
  wrk.body = lines > 1 and string.rep(record .. "\n", lines) or record
  request_text = wrk.format()
end

function request()
  return request_text
end

function done(summary, latency)
  local seconds = summary.duration / 1e6
  local errors = summary.errors
  print(string.format(
    '{"requests":%d,"seconds":%.3f,"requests_s":%.1f,"p50_ms":%.3f,"p90_ms":%.3f,"p99_ms":%.3f,"p999_ms":%.3f,"max_ms":%.3f,"errors":%d}',
    summary.requests, seconds, summary.requests / seconds,
    latency:percentile(50) / 1e3, latency:percentile(90) / 1e3, latency:percentile(99) / 1e3, latency:percentile(99.9) / 1e3,
    latency.max / 1e3, errors.connect + errors.read + errors.write + errors.status + errors.timeout))
end
