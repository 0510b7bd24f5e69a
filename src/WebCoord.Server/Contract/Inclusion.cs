namespace WebCoord.Server.Contract;

/// <summary>What a list or a tree shows of each node beside its path.</summary>
[Flags]
internal enum Inclusion
{
    None = 0,
    Stat = 1,
    Data = 2,
}

/// <summary>Reads what <c>include</c> asks for.</summary>
internal static class InclusionText
{
    /// <param name="text">Names with commas between them, such as <c>stat,data</c>; null or empty for none.</param>
    /// <param name="problem">A sentence naming the word that is not known.</param>
    public static bool TryParse(string? text, out Inclusion include, out string? problem)
    {
        include = Inclusion.None;
        problem = null;
        foreach (var word in (text ?? "")
            .Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            switch (word)
            {
                case "stat":
                    include |= Inclusion.Stat;
                    break;
                case "data":
                    include |= Inclusion.Data;
                    break;
                default:
                    problem = $"'{word}' cannot be included; give stat, data, or both with a comma between";
                    return false;
            }
        }

        return true;
    }
}
