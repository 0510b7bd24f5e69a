using System.Globalization;

namespace WebCoord.Server.Tests.EndToEnd;

/// <summary>Reads the zxid that every response carries.</summary>
internal static class ZxidHeader
{
    public static long Zxid(this HttpResponseMessage response) =>
        long.Parse(response.Headers.GetValues("WebCoord-Zxid").Single(), CultureInfo.InvariantCulture);
}
