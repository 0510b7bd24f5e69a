using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using WebCoord.Server.Contract;

namespace WebCoord.Server.Rest;

/// <summary>What a read is conditional on, and how long it may wait for a change.</summary>
/// <param name="Wait">How long to wait while the tag still matches; null for not at all.</param>
/// <param name="IsPreference">Whether the wait came as <c>Prefer: wait</c>, and applying it is to be told.</param>
internal sealed record ReadConditions(EntityTagList? Match, EntityTagList? NoneMatch, TimeSpan? Wait, bool IsPreference)
{
    /// <summary>The longest wait; who asks for more gets this.</summary>
    public static readonly TimeSpan MaxWait = TimeSpan.FromSeconds(120);

    public static bool TryRead(HttpRequest request, [NotNullWhen(true)] out ReadConditions? conditions,
        [NotNullWhen(false)] out ProblemBody? problem)
    {
        conditions = null;
        problem = null;
        if (!EntityTagList.TryParse(request.Headers.IfMatch, out var match))
        {
            problem = Problems.BadArgument("If-Match", "must be * or tags in double quotes, with commas between");
        }
        else if (!EntityTagList.TryParse(request.Headers.IfNoneMatch, out var noneMatch))
        {
            problem = Problems.BadArgument("If-None-Match", "must be * or tags in double quotes, with commas between");
        }
        else if (!TryReadWait(request, out var wait, out var isPreference))
        {
            problem = Problems.BadArgument("wait", "must be a time such as 30s or 500ms");
        }
        else
        {
            conditions = new ReadConditions(match, noneMatch, wait, isPreference);
            return true;
        }

        return false;
    }

    /// <summary>A malformed parameter is refused; a malformed preference is none, as RFC 7240 has it.</summary>
    private static bool TryReadWait(HttpRequest request, out TimeSpan? wait, out bool isPreference)
    {
        wait = null;
        isPreference = false;
        var query = request.Query["wait"];
        if (query.Count > 0)
        {
            return query.Count == 1 && TryParseTime(query[0] ?? "", out wait);
        }

        var preferences = request.Headers["Prefer"].SelectMany(line => (line ?? "").Split(',', ';'));
        var preference = preferences.Select(item => item.Trim())
            .FirstOrDefault(item => item.StartsWith("wait=", StringComparison.OrdinalIgnoreCase));
        isPreference = preference is not null && TryParseTime(preference["wait=".Length..].Trim('"'), out wait);
        return true;
    }

    private static bool TryParseTime(string text, out TimeSpan? time)
    {
        time = null;
        var (digits, unitMs) = text.EndsWith("ms", StringComparison.Ordinal) ? (text[..^2], 1L)
            : text.EndsWith('s') ? (text[..^1], 1_000L)
            : (text, 1_000L);
        if (digits.Length == 0 || digits.Any(digit => !char.IsAsciiDigit(digit)))
        {
            return false;
        }

        var maxNumber = (long)MaxWait.TotalMilliseconds / unitMs;
        time = long.TryParse(digits, CultureInfo.InvariantCulture, out var number) && number < maxNumber
            ? TimeSpan.FromMilliseconds(number * unitMs)
            : MaxWait;
        return true;
    }
}
