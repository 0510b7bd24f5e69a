using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using WebCoord.Core;
using WebCoord.Core.Tree;

namespace WebCoord.Server.Rest;

/// <summary>
/// Keeps states for listings that go on page by page, so that all pages are of one snapshot. A state is kept for a
/// minute after its listing began, and only so many are: the oldest makes room. A cursor is a random number that stands
/// for the listing, and where its next page begins; what is listed it does not say, so nobody can make one for another
/// node or an older state.
/// </summary>
internal sealed class PinnedStates : IDisposable
{
    /// <summary>How long a listing may go on.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(60);

    /// <summary>Most listings that may be going on.</summary>
    public const int Capacity = 256;

    private const int IdLength = 24;

    private readonly Lock _lock = new();
    private readonly TimeProvider _time;
    private readonly ITimer _sweep;
    private readonly Dictionary<string, Listing> _listings = new(StringComparer.Ordinal);

    public PinnedStates(TimeProvider time)
    {
        _time = time;
        _sweep = time.CreateTimer(_ => Sweep(), null, Lifetime, Lifetime / 4);
    }

    /// <summary>How many states are kept.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _listings.Count;
            }
        }
    }

    /// <summary>Keeps the state for a listing, and makes the cursor that goes on after its first page.</summary>
    /// <param name="after">The last child of that page.</param>
    public string Pin(CoordinationState state, ZnodePath path, string after)
    {
        var id = RandomNumberGenerator.GetHexString(IdLength);
        lock (_lock)
        {
            if (_listings.Count == Capacity)
            {
                _listings.Remove(_listings.MinBy(listing => listing.Value.Since).Key);
            }

            _listings.Add(id, new Listing(state, path, _time.GetUtcNow()));
        }

        return CursorOf(id, after);
    }

    /// <summary>Reads a cursor. False if it is no cursor, or of a listing of another node.</summary>
    public bool TryResume(string cursor, ZnodePath path, out PinnedPage page)
    {
        page = default;
        if (!Base64Url.IsValid(cursor)
            || Encoding.UTF8.GetString(Base64Url.DecodeFromChars(cursor)).Split('\n') is not [var id, var after]
            || id.Length != IdLength)
        {
            return false;
        }

        page = new PinnedPage(null, id, after);
        lock (_lock)
        {
            if (_listings.TryGetValue(id, out var listing) && listing.Since + Lifetime > _time.GetUtcNow())
            {
                page = page with { State = listing.State };
                return listing.Path == path;
            }
        }

        return true;
    }

    /// <summary>The cursor that goes on after a child.</summary>
    public static string CursorOf(string id, string after) =>
        Base64Url.EncodeToString(Encoding.UTF8.GetBytes($"{id}\n{after}"));

    public void Dispose() => _sweep.Dispose();

    private void Sweep()
    {
        lock (_lock)
        {
            var oldest = _time.GetUtcNow() - Lifetime;
            var over = _listings.Where(listing => listing.Value.Since <= oldest).Select(listing => listing.Key);
            foreach (var id in over.ToList())
            {
                _listings.Remove(id);
            }
        }
    }

    private readonly record struct Listing(CoordinationState State, ZnodePath Path, DateTimeOffset Since);
}

/// <summary>Where a listing goes on.</summary>
/// <param name="State">Null when it is no longer kept, or is kept by another instance.</param>
/// <param name="Id">Stands for the listing in cursors.</param>
/// <param name="After">The last child of the page before.</param>
internal readonly record struct PinnedPage(CoordinationState? State, string Id, string After);
