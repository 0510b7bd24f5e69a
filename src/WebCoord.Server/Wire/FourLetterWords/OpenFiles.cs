using System.Globalization;
using System.Text.RegularExpressions;

namespace WebCoord.Server.Wire.FourLetterWords;

/// <summary>How many files and sockets the process has open, and how many it may have; Linux tells it.</summary>
internal static partial class OpenFiles
{
    public static bool TryCount(out int open, out long most)
    {
        open = 0;
        most = 0;
        try
        {
            open = Directory.EnumerateFileSystemEntries("/proc/self/fd").Count();
            var limit = Limit().Match(File.ReadAllText("/proc/self/limits"));
            most = limit.Success ? long.Parse(limit.Groups["soft"].ValueSpan, CultureInfo.InvariantCulture) : 0;
            return limit.Success;
        }
        catch (Exception missing) when (missing is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    [GeneratedRegex(@"^Max open files\s+(?<soft>\d+)", RegexOptions.Multiline)]
    private static partial Regex Limit();
}
