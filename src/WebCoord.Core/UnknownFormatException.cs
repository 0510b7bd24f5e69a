namespace WebCoord.Core;

/// <summary>Bytes were written by a newer version of WebCoord, in a format that this one does not know.</summary>
/// <param name="what">What holds the bytes, as the subject of a sentence.</param>
/// <param name="format">The format that was met.</param>
/// <param name="newest">The newest format that this version reads.</param>
public sealed class UnknownFormatException(string what, int format, int newest)
    : Exception($"{what} is of format {format}, and this version of WebCoord knows formats 1 to {newest}: "
        + "upgrade first.")
{
    public int Format { get; } = format;
}
