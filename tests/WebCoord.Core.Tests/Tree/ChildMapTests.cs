using WebCoord.Core.Tree;

namespace WebCoord.Core.Tests.Tree;

public sealed class ChildMapTests
{
    /// <summary>Random seeds, so that every run tries something new; a failure prints the one to put here.</summary>
    public static TheoryData<int> Seeds => [.. Enumerable.Range(0, 5).Select(_ => Random.Shared.Next())];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Random_changes_and_seeks_agree_with_a_sorted_dictionary(int seed)
    {
        var random = new Random(seed);
        var map = ChildMap.Empty;
        var model = new SortedDictionary<string, Znode>(StringComparer.Ordinal);
        var kept = new List<(ChildMap Map, Znode[] Children)>();
        var edition = 1L;
        for (var step = 0; step < 6_000; step++)
        {
            if (random.Next(4) == 0)
            {
                Keep();
                edition++;
            }

            map = map.Editable(edition);
            Change(random, map, model, edition, shrinking: step / 1_000 % 2 == 1);
            if (step % 50 == 0)
            {
                AssertEqual(model, map, RandomName(random), seed, step);
            }
        }

        Assert.All(kept, old => Assert.Equal(old.Children, old.Map, ReferenceEqualityComparer.Instance));

        void Keep()
        {
            if (kept.Count < 500 && random.Next(3) == 0)
            {
                kept.Add((map, [.. model.Values]));
            }
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Long_runs_in_either_direction_keep_order_and_every_child(bool ascending)
    {
        const int Count = 20_000;
        var numbers = Enumerable.Range(0, Count);
        var names = (ascending ? numbers : numbers.Reverse()).Select(Sequential).ToArray();
        var map = MapOf(names);
        Assert.Equal(Count, map.Count);
        Assert.Equal(numbers.Select(Sequential), map.Select(node => node.Name));
        Assert.All(names, name => Assert.NotNull(map.Find(name)));

        foreach (var name in names)
        {
            map.Remove(name);
        }

        Assert.Empty(map);
    }

    [Fact]
    public void A_map_that_lost_nearly_all_children_still_finds_and_seeks_the_rest()
    {
        var sparse = MapOf(Enumerable.Range(0, 10_000).Select(Sequential));
        foreach (var name in Enumerable.Range(0, 10_000).Where(i => i % 1_000 != 7).Select(Sequential))
        {
            sparse.Remove(name);
        }

        Assert.Equal(10, sparse.Count);
        Assert.Equal(Enumerable.Range(0, 10).Select(i => Sequential((i * 1_000) + 7)),
            sparse.Select(node => node.Name));
        Assert.Equal(Sequential(5_007), sparse.After(Sequential(4_007)).First().Name);
        Assert.Equal(Sequential(5_007), sparse.After(Sequential(4_999)).First().Name);
        Assert.Empty(sparse.After(Sequential(9_007)));
    }

    [Fact]
    public void A_map_of_an_earlier_edition_stays_as_it_was()
    {
        var before = MapOf(Enumerable.Range(0, 100).Select(Sequential));
        var replaced = before.Editable(2);
        var removed = before.Editable(2);
        var child = replaced.EditableChild(Sequential(50));
        removed.Remove(Sequential(50));
        Assert.Same(child, replaced.Find(Sequential(50)));
        Assert.NotSame(child, before.Find(Sequential(50)));
        Assert.Null(removed.Find(Sequential(50)));
        Assert.Equal((100, 100, 99), (before.Count, replaced.Count, removed.Count));
    }

    [Fact]
    public void Within_an_edition_nothing_is_copied_twice()
    {
        var map = MapOf(Enumerable.Range(0, 100).Select(Sequential)).Editable(2);
        Assert.Same(map, map.Editable(2));
        Assert.Same(map.EditableChild(Sequential(50)), map.EditableChild(Sequential(50)));
    }

    [Fact]
    public void Order_is_ordinal_and_not_that_of_any_language()
    {
        string[] names = ["Z", "a", "B", "\u00E9", "e", "_", "10", "9", "a b", "A"];
        var map = MapOf(names);
        Assert.Equal(names.Order(StringComparer.Ordinal), map.Select(node => node.Name));
    }

    [Fact]
    public void The_empty_map_finds_and_seeks_nothing()
    {
        Assert.Null(ChildMap.Empty.Find("a"));
        Assert.Empty(ChildMap.Empty.After("a"));
        Assert.Empty(ChildMap.Empty);
    }

    /// <summary>The map grows for a while, then shrinks, so that pages are split and joined again and again.</summary>
    private static void Change(Random random, ChildMap map, SortedDictionary<string, Znode> model, long edition,
        bool shrinking)
    {
        var name = RandomName(random);
        if (random.Next(10) < (shrinking ? 7 : 3))
        {
            name = model.Count == 0 ? name : model.Keys.ElementAt(random.Next(model.Count));
            if (model.Remove(name))
            {
                map.Remove(name);
            }
        }
        else if (model.ContainsKey(name))
        {
            model[name] = map.EditableChild(name);
            Assert.Equal(edition, model[name].Edition);
        }
        else
        {
            map.Add(model[name] = Node(name, edition));
        }

        Assert.Same(model.GetValueOrDefault(name), map.Find(name));
    }

    private static void AssertEqual(SortedDictionary<string, Znode> model, ChildMap map, string after, int seed,
        int step)
    {
        var because = $"seed {seed}, step {step}";
        Assert.True(model.Count == map.Count, because);
        Assert.True(model.Values.SequenceEqual(map, ReferenceEqualityComparer.Instance), because);
        var expected = model.Values.Where(node => string.CompareOrdinal(node.Name, after) > 0);
        Assert.True(expected.SequenceEqual(map.After(after), ReferenceEqualityComparer.Instance),
            $"{because}, {after}");
    }

    private static string RandomName(Random random) =>
        random.Next(4) == 0 ? Sequential(random.Next(2_000)) : $"{(char)random.Next('A', 'z')}{random.Next(300)}";

    private static string Sequential(int number) => $"n{number:D10}";

    private static ChildMap MapOf(IEnumerable<string> names)
    {
        var map = ChildMap.Empty.Editable(1);
        foreach (var name in names)
        {
            map.Add(Node(name, 1));
        }

        return map;
    }

    private static Znode Node(string name, long edition) => new() { Name = name, Edition = edition };
}
