using System.ComponentModel;

namespace WebCoord.Server;

/// <summary>
/// Finds what binding would pass over in silence or report in the words of a programmer: keys of the section that mean
/// nothing, and values that are not of their key's type.
/// </summary>
internal static class WebCoordConfigurationCheck
{
    /// <summary>A sentence for each mistake, with the key in full.</summary>
    public static IEnumerable<string> Mistakes(IConfiguration configuration) =>
        Leaves(configuration.GetSection(WebCoordOptions.Section)).Select(MistakeOf).OfType<string>();

    /// <summary>All that has a value, a section that should have none included; and what is null.</summary>
    private static IEnumerable<IConfigurationSection> Leaves(IConfigurationSection section)
    {
        var children = section.GetChildren().ToList();
        var self = children.Count > 0
            ? !string.IsNullOrEmpty(section.Value)
            : section.Value is not null || section.Path != WebCoordOptions.Section;
        return [.. self ? [section] : Array.Empty<IConfigurationSection>(), .. children.SelectMany(Leaves)];
    }

    private static string? MistakeOf(IConfigurationSection leaf)
    {
        if (WebCoordOptionsKeys.All.FirstOrDefault(key => IsSame(key.Name, leaf.Path)) is { } key)
        {
            return key.IsList && string.IsNullOrEmpty(leaf.Value) ? null : MistakeIn(key, leaf.Value);
        }

        var parent = ConfigurationPath.GetParentPath(leaf.Path) ?? "";
        return WebCoordOptionsKeys.All.Any(list => list.IsList && IsSame(list.Name, parent))
            ? null
            : $"{leaf.Path} is not a key of WebCoord{Suggestion(leaf.Path)} Correct or remove it.";
    }

    private static string? MistakeIn(WebCoordOptionsKey key, string? value)
    {
        if (value is null)
        {
            return key.IsOptional ? null : $"{key.Name} is null. Give it a value, or remove it to have {key.Default}.";
        }

        if (key.IsList)
        {
            return $"{key.Name} is '{value}', but it is a list. Write the first item as {key.Name}:0.";
        }

        return TypeDescriptor.GetConverter(key.Type).IsValid(value)
            ? null
            : $"{key.Name} is '{value}'. Set it to {Describe(key.Type)}.";
    }

    private static string Describe(Type type) =>
        type == typeof(bool) ? "true or false"
        : type == typeof(int) ? "a whole number up to 2147483647"
        : "a whole number";

    private static string Suggestion(string path)
    {
        var inside = WebCoordOptionsKeys.All.Where(key =>
            key.Name.StartsWith(path + ":", StringComparison.OrdinalIgnoreCase))
            .Select(key => key.Name).ToList();
        if (inside.Count > 0)
        {
            return $": it is a section with {string.Join(", ", inside)}.";
        }

        var nearest = WebCoordOptionsKeys.All.MinBy(key => Distance(key.Name, path))!.Name;
        return $". The nearest one is {nearest}.";
    }

    private static bool IsSame(string left, string right) => left.Equals(right, StringComparison.OrdinalIgnoreCase);

    /// <summary>How many letters must be added, removed or replaced to get from one to the other.</summary>
    private static int Distance(string left, string right)
    {
        var row = Enumerable.Range(0, right.Length + 1).ToArray();
        for (var i = 1; i <= left.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= right.Length; j++)
            {
                var replaced = diagonal
                    + (char.ToUpperInvariant(left[i - 1]) == char.ToUpperInvariant(right[j - 1]) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(replaced, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row[right.Length];
    }
}
