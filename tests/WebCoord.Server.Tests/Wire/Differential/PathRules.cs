namespace WebCoord.Server.Tests.Wire.Differential;

/// <summary>The rules for paths of writes, as section 5.1 of the protocol has them.</summary>
internal static class PathRules
{
    /// <summary>Whether a path may be written to; a sequential create appends its suffix first.</summary>
    public static bool IsWellFormed(string? path, int flags)
    {
        if (path is null)
        {
            return false;
        }

        var full = (flags is 2 or 3 or 6 ? path + "0000000000" : path).Replace("~", "/r", StringComparison.Ordinal);
        return full == "/"
            || (full.StartsWith('/')
                && full[1..].Split('/').All(segment => segment is not ("" or "." or "..") && segment.All(IsAllowed)));
    }

    private static bool IsAllowed(char value) => value is not (<= '\u001f' or (>= '\u007f' and <= '\u009f')
        or (>= '\ud800' and <= '\uf8ff') or >= '\ufff0');
}
