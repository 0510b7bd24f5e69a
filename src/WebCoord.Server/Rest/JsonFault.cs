using System.Text.Json;
using WebCoord.Server.Contract;

namespace WebCoord.Server.Rest;

/// <summary>Tells what is wrong with a JSON body, in terms of the body and not of the program that reads it.</summary>
internal static class JsonFault
{
    public static ProblemBody Explain(JsonException fault)
    {
        if (fault.InnerException is JsonException)
        {
            return Problems.BadArgument("body",
                $"is not valid JSON at line {fault.LineNumber + 1}, byte {fault.BytePositionInLine + 1}");
        }

        var field = fault.Path is null or "$" ? "body" : fault.Path.TrimStart('$').TrimStart('.');
        return Problems.BadArgument(field, Describe(fault.Message));
    }

    private static string Describe(string message) => message switch
    {
        _ when message.StartsWith("must be", StringComparison.Ordinal) => message,
        _ when message.Contains("could not be mapped", StringComparison.Ordinal) => "is not a field that is known here",
        _ when message.Contains("uplicate", StringComparison.Ordinal) => "is given twice",
        _ => "has a value of the wrong type",
    };
}
