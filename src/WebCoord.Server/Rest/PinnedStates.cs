using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using WebCoord.Core;
using WebCoord.Core.Tree;

namespace WebCoord.Server.Rest;

/// <summary>
/// Keeps states for listings that go on page by page, so that all pages are of one snapshot. A state is kept for a
/// minute after the last listing of it began, and only so many are: the oldest makes room. Listings that begin at one
/// zxid share it.
/// </summary>
internal sealed class PinnedStates : IDisposable
{
    /// <summary>How long a listing may go on.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(60);

    /// <summary>Most states kept.</summary>
    public const int Capacity = 64;

    private readonly Lock _lock = new();
    private readonly TimeProvider _time;
    private readonly ITimer _sweep;
    private readonly Dictionary<Zxid, (CoordinationState State, DateTimeOffset Since)> _pins = [];

    /// <summary>Makes sure that a cursor of another process is not taken for one of this.</summary>
    private readonly string _origin = Convert.ToHexString(RandomNumberGenerator.GetBytes(6));

    public PinnedStates(TimeProvider time)
    {
        _time = time;
        _sweep = time.CreateTimer(_ => Sweep(), null, Lifetime, Lifetime / 4);
    }

    /// <summary>Keeps the state and makes the cursor that goes on after a child of a node.</summary>
    public string Pin(CoordinationState state, ZnodePath path, string after)
    {
        lock (_lock)
        {
            _pins[state.LastZxid] = (state, _time.GetUtcNow());
            if (_pins.Count > Capacity)
            {
                _pins.Remove(_pins.MinBy(pin => pin.Value.Since).Key);
            }
        }

        return CursorOf(state.LastZxid, path, after);
    }

    /// <summary>Reads a cursor. False if it is no cursor, or of another node.</summary>
    /// <param name="state">Null when the state is no longer kept, or is kept by another instance.</param>
    public bool TryResume(string cursor, ZnodePath path, out CoordinationState? state, out string after)
    {
        state = null;
        after = "";
        if (!Base64Url.IsValid(cursor))
        {
            return false;
        }

        var parts = Encoding.UTF8.GetString(Base64Url.DecodeFromChars(cursor)).Split('\n');
        if (parts is not [var origin, var number, var node, var name] || !Zxid.TryParse(number, out var zxid)
            || node != path.Value)
        {
            return false;
        }

        after = name;
        lock (_lock)
        {
            if (origin == _origin && _pins.TryGetValue(zxid, out var pin) && pin.Since + Lifetime > _time.GetUtcNow())
            {
                state = pin.State;
            }
        }

        return true;
    }

    /// <summary>The cursor that goes on after a child, in a state that is pinned.</summary>
    public string CursorOf(Zxid zxid, ZnodePath path, string after) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(
        string.Create(CultureInfo.InvariantCulture, $"{_origin}\n{zxid.Value}\n{path}\n{after}")));

    public void Dispose() => _sweep.Dispose();

    private void Sweep()
    {
        lock (_lock)
        {
            var oldest = _time.GetUtcNow() - Lifetime;
            foreach (var zxid in _pins.Where(pin => pin.Value.Since <= oldest).Select(pin => pin.Key).ToList())
            {
                _pins.Remove(zxid);
            }
        }
    }
}
